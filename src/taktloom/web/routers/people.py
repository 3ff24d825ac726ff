# SPDX-License-Identifier: Apache-2.0
"""Sign-in and sessions, one's own account, users, service accounts, the audit trail."""

from fastapi import APIRouter, Request, Response

from taktloom.app import people, service_accounts, system
from taktloom.app.calls import calls
from taktloom.web.callers import Caller, Limit, client_address, cookie_name
from taktloom.web.paging import Cursor, shown_list, shown_page
from taktloom.web.routes import Route
from taktloom.web.schemas import people as schemas
from taktloom.web.schemas.convert import shown
from taktloom.web.schemas.shared import PageOut

router = APIRouter(tags=["people"], route_class=Route)


@router.post("/session")
@calls(people.sign_in)
def sign_in(context: Caller, request: Request, response: Response, body: schemas.SignIn) -> schemas.SessionOut:
    """Sign in with a password."""
    signed_in = people.sign_in(
        context,
        username=body.username,
        password=body.password.get_secret_value(),
        address=client_address(request),
        replaced=request.cookies.get(cookie_name(request)),
    )
    return _begin(signed_in, request, response)


@router.post("/session/one-time")
@calls(people.sign_in_once)
def sign_in_once(
    context: Caller, request: Request, response: Response, body: schemas.OneTimeSignIn
) -> schemas.SessionOut:
    """Sign in with a one-time link's token."""
    signed_in = people.sign_in_once(
        context,
        token=body.token.get_secret_value(),
        address=client_address(request),
        replaced=request.cookies.get(cookie_name(request)),
    )
    return _begin(signed_in, request, response)


@router.get("/session")
@calls(people.show_me)
def show_session(context: Caller) -> schemas.SessionOut:
    """The signed-in person, with permissions and the CSRF token; 401 when nobody is signed in."""
    me = people.show_me(context)
    return schemas.SessionOut(
        user=shown(schemas.Me, me.user), permissions=sorted(context.principal.permissions), csrf_token=me.csrf_token
    )


@router.delete("/session", status_code=204)
@calls(people.sign_out)
def sign_out(context: Caller, request: Request, response: Response) -> None:
    """End this session."""
    people.sign_out(context)
    response.delete_cookie(cookie_name(request), path="/")


@router.delete("/sessions", status_code=204)
@calls(people.sign_out_everywhere)
def sign_out_everywhere(context: Caller, request: Request, response: Response) -> None:
    """End all of one's own sessions."""
    people.sign_out_everywhere(context)
    response.delete_cookie(cookie_name(request), path="/")


@router.put("/me/password", status_code=204)
@calls(people.change_password)
def change_password(context: Caller, body: schemas.PasswordChange) -> None:
    """Change one's own password; all other sessions end."""
    old = body.old_password.get_secret_value() if body.old_password else None
    people.change_password(context, old_password=old, new_password=body.new_password.get_secret_value())


@router.patch("/me")
@calls(people.change_me)
def change_me(context: Caller, body: schemas.MeChange) -> schemas.Me:
    """Change one's own display name, language or theme."""
    user = people.change_me(context, display_name=body.display_name, language=body.language, theme=body.theme)
    return shown(schemas.Me, user)


@router.get("/users")
@calls(people.list_users)
def list_users(context: Caller) -> PageOut[schemas.UserOut]:
    """All users, by name."""
    return shown_list(schemas.UserOut, people.list_users(context))


@router.post("/users", status_code=201)
@calls(people.add_user)
def add_user(context: Caller, body: schemas.UserIn, request: Request) -> schemas.UserCreated:
    """Add a user; without a password the answer holds a one-time link to hand over."""
    added = people.add_user(
        context,
        username=body.username,
        profile=people.Profile(display_name=body.display_name, roles=tuple(body.roles), groups=tuple(body.groups)),
        password=body.password.get_secret_value() if body.password else None,
    )
    link = _link(request, added.one_time_token) if added.one_time_token else None
    return schemas.UserCreated(user=shown(schemas.UserOut, added.user), one_time_link=link)


@router.patch("/users/{user_id}")
@calls(people.change_user)
def change_user(context: Caller, user_id: str, body: schemas.UserChange) -> schemas.UserOut:
    """Change roles, groups or name, disable or enable; a disabled user's sessions end at once."""
    changed = people.change_user(
        context,
        user_id=user_id,
        change=people.UserChange(
            roles=None if body.roles is None else tuple(body.roles),
            groups=None if body.groups is None else tuple(body.groups),
            is_disabled=body.is_disabled,
            display_name=body.display_name,
        ),
    )
    return shown(schemas.UserOut, changed)


@router.post("/users/{user_id}/reset")
@calls(people.reset_user)
def reset_user(context: Caller, user_id: str, request: Request) -> schemas.OneTimeLink:
    """Take the password away, end all sessions, and give a one-time link to hand over."""
    ticket = people.reset_user(context, user_id=user_id)
    return schemas.OneTimeLink(one_time_link=_link(request, ticket.token), expires_at=ticket.expires_at)


@router.get("/service-accounts")
@calls(service_accounts.list_accounts)
def list_service_accounts(context: Caller) -> PageOut[schemas.ServiceAccountOut]:
    """All service accounts, revoked ones included."""
    return shown_list(schemas.ServiceAccountOut, service_accounts.list_accounts(context))


@router.post("/service-accounts", status_code=201)
@calls(service_accounts.add_account)
def add_service_account(context: Caller, body: schemas.ServiceAccountIn) -> schemas.ServiceAccountCreated:
    """Add a service account; its key is shown in this answer and never again."""
    added = service_accounts.add_account(
        context,
        name=body.name,
        job_types=tuple(body.job_types),
        routes=tuple(body.routes),
        expires_at=body.expires_at,
    )
    return schemas.ServiceAccountCreated(account=shown(schemas.ServiceAccountOut, added.account), key=added.key)


@router.delete("/service-accounts/{account_id}", status_code=204)
@calls(service_accounts.revoke_account)
def revoke_service_account(context: Caller, account_id: str) -> None:
    """Revoke a key at once."""
    service_accounts.revoke_account(context, account_id=account_id)


@router.get("/audit")
@calls(system.list_audit)
def list_audit(context: Caller, cursor: Cursor, limit: Limit = 100) -> PageOut[schemas.AuditEntryOut]:
    """Who did what to what, newest first."""
    return shown_page(schemas.AuditEntryOut, system.list_audit(context, cursor=cursor.position, limit=limit), cursor)


def _begin(signed_in: people.SignedIn, request: Request, response: Response) -> schemas.SessionOut:
    response.set_cookie(
        cookie_name(request),
        signed_in.token,
        max_age=int(signed_in.lifetime.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return schemas.SessionOut(
        user=shown(schemas.Me, signed_in.user),
        permissions=sorted(signed_in.principal.permissions),
        csrf_token=signed_in.csrf_token,
    )


def _link(request: Request, token: str) -> str:
    return people.one_time_link(str(request.base_url), token)
