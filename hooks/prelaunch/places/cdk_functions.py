"""The Lambda function of AWS CDK that an image is the code of, and what it says of the image's architecture."""

from __future__ import annotations

from prelaunch.model import Deployment, Step
from prelaunch.places.verdicts import Verdict
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Source, Span

_ARCHITECTURES = {"ARM_64": "arm64", "X86_64": "amd64"}
"""By the constants of `Architecture` (aws-lambda/lib/architecture.ts)."""


ELSEWHERE = Verdict("unknown", steps=(Step("a function may name an `architecture`"),))
"""What is known of an image that names no platform, in a file whose functions may."""


class Function(NamedTuple):
    """A function: where it stands, the last name of its `architecture` and where that stands (None: it has none).

    `open` says that it is handed more than can be read.
    """

    source: Source
    span: Span
    name: str = ""
    place: Span | None = None
    open: bool = False

    @property
    def said(self) -> Verdict:
        """The platform of an image that names none itself (aws-lambda/lib/image-function.ts)."""
        if self.place is None:
            more = Verdict("unknown", steps=(Step("more is handed to the function"),))
            return more if self.open else Verdict("missing")
        known = _ARCHITECTURES.get(self.name)
        steps = (Step("the function's `architecture`"),)
        return Verdict("explicit", (f"linux/{known}",) if known else (), steps, whole=known is not None)

    @property
    def runs(self) -> tuple[Deployment, ...]:
        """That it runs its image on machines of its architecture: x86_64 where it names none."""
        known = _ARCHITECTURES.get(self.name) if self.place is not None else "amd64"
        if known is None or (self.place is None and self.open):
            return ()
        said = f"`architecture` {self.name}" if self.place else "AWS Lambda runs x86_64 where no architecture is named"
        place = self.place or self.span
        return (
            Deployment(self.source, self.span, "AWS Lambda", "", (known,), (), said, place, default=self.place is None),
        )
