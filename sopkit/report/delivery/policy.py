"""What a company declares about who gets what of a published plan."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Audience = Literal["departments", "suppliers", "regions", "erp", "analysts", "calendar"]
EVERYBODY: tuple[Audience, ...] = ("departments", "suppliers", "regions", "erp", "analysts", "calendar")


class AudiencePolicy(BaseModel):
    """The section `audiences` of the params; executives always get the pack."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publish_for: tuple[Audience, ...] = Field(default=EVERYBODY, description="for whom documents are made")
    withheld: tuple[str, ...] = Field(default=(), description="columns that suppliers and regions are not given, although they could be")
    sender: str = Field(default="", description="address that letters come from")
    addresses: dict[str, str] = Field(default_factory=dict, description="role, supplier or region: address of its letter")
