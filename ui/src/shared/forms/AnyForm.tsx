/** The form of a task or a start, whichever kind its schema is of. */
import { FormView, type FormViewProps } from './FormView'
import { isJsonSchema } from './jsonSchema'
import { JsonSchemaForm } from './JsonSchemaForm'

export function AnyForm(props: FormViewProps) {
  return isJsonSchema(props.schema) ? <JsonSchemaForm {...props} schema={props.schema} /> : <FormView {...props} />
}
