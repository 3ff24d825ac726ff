// SPDX-License-Identifier: Apache-2.0
// Works on two topics with the published client, then tells on standard output what it saw and ends.
import { BasicAuthInterceptor, Client, Variables } from "camunda-external-task-client-js";

const [baseUrl, password] = process.argv.slice(2);
const interceptors = new BasicAuthInterceptor({ username: "program", password });
// One at a time: a poll while a task is in hand could take it between unlock and lock.
const client = new Client({ baseUrl, interceptors, workerId: "js", maxTasks: 1, maxParallelExecutions: 1, asyncResponseTimeout: 10000, interval: 10 });
const seen = { calls: [], failures: 0 };

const end = (code) => {
  client.stop();
  process.stdout.write(JSON.stringify(seen));
  process.exit(code);
};
for (const name of ["poll:error", "complete:error", "handleFailure:error", "extendLock:error", "unlock:error", "lock:error"]) {
  client.on(name, (first, second) => {
    seen.error = `${name}: ${(second ?? first)?.message}`;
    end(1);
  });
}
for (const name of ["complete", "handleFailure", "extendLock", "unlock", "lock"]) {
  client.on(`${name}:success`, () => seen.calls.push(name));
}

client.subscribe("one", { processDefinitionKey: "chain", processVariables: { city: "Zürich" } }, async ({ task, taskService }) => {
  if (seen.failures === 0) {
    seen.failures += 1;
    seen.first = { ...task.variables.getAll(), retries: task.retries, businessKey: task.businessKey };
    await taskService.extendLock(task, 60000);
    await taskService.handleFailure(task, { errorMessage: "later", retries: 2, retryTimeout: 0 });
    return;
  }
  seen.retries = task.retries;
  if (seen.failures === 1) {
    seen.failures += 1;
    await taskService.unlock(task);
    await taskService.lock(task, 60000);
  }
  const variables = new Variables();
  variables.set("shipped", new Date(Date.UTC(2026, 0, 31, 12, 0, 0)));
  variables.set("lines", [{ n: 1.5 }]);
  variables.set("big", 9007199254740991);
  variables.set("ratio", 0.25);
  variables.set("nothing", null);
  await taskService.complete(task, variables);
});

client.subscribe("two", { localVariables: true }, async ({ task, taskService }) => {
  seen.second = task.variables.getAll();
  const local = new Variables();
  local.set("found", 42);
  local.set("secret", "gone");
  await taskService.complete(task, new Variables(), local);
  end(0);
});

setTimeout(() => {
  seen.error = "time is up";
  end(1);
}, 60000).unref();
