"""What a company declares about who may approve its plan, and how they say who they are."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Identity = Literal["signed", "witnessed", "typed"]


class ApprovalPolicy(BaseModel):
    """The section `approval` of the params."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    identities: tuple[Identity, ...] = Field(
        default=("signed", "witnessed"),
        min_length=1,
        description="how an approver may say who it is: by a signature, witnessed in the meeting, or by a typed name, marked unsigned",
    )
    limit: int | None = Field(
        default=None, ge=0, description="amount of the decisions, full currency units, above which a second role approves too; none: never"
    )
    second: tuple[str, ...] = Field(default=(), description="roles of which one approves too where the amount is above the limit")
    allowed_signers: str = Field(
        default="",
        description="file of public SSH keys by role, as git's allowed signers, below params/; <company>/allowed_signers if empty",
    )
    gpg: dict[str, str] = Field(default_factory=dict, description="role: fingerprint of its OpenPGP key")

    @model_validator(mode="after")
    def _whole(self) -> "ApprovalPolicy":
        if self.limit is not None and not self.second:
            raise ValueError("a limit needs `second`: the roles of which one approves what is above it")
        return self
