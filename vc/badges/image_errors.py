"""What can be wrong with a picture that should carry a badge."""

from __future__ import annotations

from typing import ClassVar

from vc.errors import ParsingError


class BakingError(ParsingError):
    """Base class. `code` never changes and is for programs; the text is a sentence for people."""

    code: ClassVar[str] = "image-invalid"


class ImageTooLarge(BakingError):
    code = "image-too-large"


class ImageNotRead(BakingError):
    """Neither PNG nor SVG, or one that breaks the rules of its format."""


class NoBadgeInside(BakingError):
    code = "image-without-badge"


class OlderBadgeInside(BakingError):
    """The picture carries an Open Badges 1.x or 2.0 assertion, which is no verifiable credential."""

    code = "image-with-older-badge"


class SeveralBadgesInside(BakingError):
    """Two readers of the picture could take different ones."""

    code = "image-with-several-badges"


class BadgeMalformed(BakingError):
    """The place for the credential is there, and what stands in it breaks a rule of Open Badges 3.0, section 5.3."""

    code = "image-badge-malformed"


class EntitiesRefused(BakingError):
    """The SVG declares entities. They can grow without end, or read files."""

    code = "image-with-entities"


class AlreadyBaked(BakingError):
    code = "image-already-baked"


class NotBakeable(BakingError):
    """The credential is of a kind that no picture may carry, or that this picture cannot."""

    code = "credential-not-bakeable"
