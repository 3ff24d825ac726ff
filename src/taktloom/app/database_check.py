# SPDX-License-Identifier: Apache-2.0
"""The doctor's look at the database server of the settings: is it there, new enough, and safe."""

from taktloom.app.doctor import CheckResult, Purpose, Verdict
from taktloom.app.settings import Settings
from taktloom.app.wiring import database_password
from taktloom.model.errors import TaktloomError

_CODE = "doctor.database"


def check_database(settings: Settings) -> CheckResult:
    """Connect as the engine would, without changing anything."""
    try:
        found = _server(settings)
    except TaktloomError as error:
        return CheckResult(
            code=_CODE,
            purpose=Purpose.RUN,
            verdict=Verdict.MISSING,
            found=f"{error.code}: {error.cause}",
            remedy=error.remedy,
        )
    return CheckResult(code=_CODE, purpose=Purpose.RUN, verdict=Verdict.OK, found=found)


def _server(settings: Settings) -> str:
    from taktloom.storage.postgresql import connect, place_of, require_safe_commits, setting

    place = place_of(settings.database)
    connection = connect(settings.database, password=database_password(settings), name="taktloom doctor")
    try:
        require_safe_commits(connection, settings.sync, place)
        return " · ".join((setting(connection, "server_version"), str(place), f"sync={settings.sync.value}"))
    finally:
        connection.close()
