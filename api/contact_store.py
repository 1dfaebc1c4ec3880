"""Whom to call about a building."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.alert_models import Shown
from api.connections import Connection, fetch_all
from api.freshness import Answer
from api.parameters import PersonName, refuse_lines
from api.place_codes import find_place

SELECT_CONTACTS = """
SELECT c.role, c.name, c.phone FROM building_contacts c JOIN buildings b USING (building_id)
WHERE b.code = %(building)s ORDER BY c.place"""
DELETE_CONTACTS = "DELETE FROM building_contacts WHERE building_id = %(building_id)s"
INSERT_CONTACT = """
INSERT INTO building_contacts (building_id, place, role, name, phone, written_by)
VALUES (%(building_id)s, %(place)s, %(role)s, %(name)s, %(phone)s, %(by)s)"""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64),
    AfterValidator(refuse_lines),
]


class Contact(Shown):
    """A person who can open a door, or has to come."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Line = Field(examples=["消防安全管理人"])
    name: Line = Field(examples=["李建国"])
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 \-]{2,30}$")] = Field(
        examples=["138 0000 0000"]
    )


class ContactList(Answer):
    contacts: tuple[Contact, ...] = Field(description="In the order in which they are called")


class ContactBody(BaseModel):
    """All contacts of a building; they replace those there were."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "by": "王警官",
                    "contacts": [{"role": "消防安全管理人", "name": "李建国", "phone": "138 0000 0000"}],
                }
            ]
        },
    )

    by: PersonName
    contacts: Annotated[tuple[Contact, ...], Field(max_length=20)]


async def list_contacts(connection: Connection, building: str) -> list[Contact]:
    return await fetch_all(connection, SELECT_CONTACTS, {"building": building}, Contact)


async def replace_contacts(connection: Connection, building: str, body: ContactBody) -> None:
    """Write the contacts of a building.

    Raises
    ------
    ProblemError
        There is no such building.
    """
    place = await find_place(connection, building, None, None)
    async with connection.transaction():
        # Whoever writes at the same time waits, so that what stands there in the end is of one of the two.
        await connection.execute(
            "SELECT FROM buildings WHERE building_id = %s FOR NO KEY UPDATE", (place.building_id,)
        )
        await connection.execute(DELETE_CONTACTS, {"building_id": place.building_id})
        for number, contact in enumerate(body.contacts, 1):
            params = {"building_id": place.building_id, "place": number, "by": body.by, **dict(contact)}
            await connection.execute(INSERT_CONTACT, params)
