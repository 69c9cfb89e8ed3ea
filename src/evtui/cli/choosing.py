"""Options that choose events of a recording, shared by the commands: times, a region, filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

from evtui.events import OFF, ON
from evtui.filters.filters import LONGEST_US, Filters
from evtui.recordings.base import Progress, Recording, never_cancelled, no_progress
from evtui.region import Region
from evtui.units import format_duration, parse_time


class TimeType(click.ParamType):  # type: ignore[type-arg]
    """A time since the recording's first event; becomes whole µs."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_time(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class LookBackType(TimeType):
    """A span that a filter looks back; becomes whole µs."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        us = super().convert(value, param, ctx)
        if not 0 <= us <= LONGEST_US:
            longest = format_duration(LONGEST_US)
            self.fail(f"{value!r} is too long; a filter looks back {longest} at most", param, ctx)
        return us


class RegionType(click.ParamType):  # type: ignore[type-arg]
    """A region of interest, ``X,Y,W,H`` in sensor pixels."""

    name = "region"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Region:
        if isinstance(value, Region):
            return value
        try:
            return Region.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


TIME = TimeType()
REGION = RegionType()

_POLARITIES = {"on": ON, "off": OFF, None: None}


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """The filters that options ask for; which pixels are hot only the recording tells."""

    filters: Filters
    """All but the hot pixels."""
    mask_hot: bool

    def lacks_counts(self, recording: Recording) -> bool:
        """Whether ``of`` has to read all of the recording first."""
        return self.mask_hot and recording.counts is None

    def of(self, recording: Recording, progress: Progress = no_progress) -> Filters:
        """The filters for a recording, all of which is read once where its counts are wanted.

        Args:
            recording: open.
            progress: is told the share counted.

        Raises:
            RecordingError: the recording cannot be read.
        """
        if not self.mask_hot:
            return self.filters
        if self.lacks_counts(recording):
            recording.index(progress, never_cancelled)
        counts = recording.counts
        return self.filters if counts is None else self.filters.masking(counts.hot_pixels)


def roi_option(command: Any) -> Any:
    """Adds ``--roi``; the command gets ``roi``, a ``Region`` or None."""
    option = click.option(
        "--roi", type=REGION, metavar="X,Y,W,H", help="Only this region, in sensor pixels."
    )
    return option(command)


def filter_options(command: Callable[..., Any]) -> Any:
    """Adds the options of the filters; the command gets ``filters``, a ``FilterChoice``."""

    @wraps(command)
    def with_filters(
        *arguments: Any,
        polarity: str | None,
        isolated: int,
        refractory: int,
        mask_hot: bool,
        **others: Any,
    ) -> Any:
        filters = Filters(
            polarity=_POLARITIES[polarity], isolated_us=isolated, refractory_us=refractory
        )
        return command(*arguments, filters=FilterChoice(filters, mask_hot), **others)

    decorated: Any = with_filters
    for option in reversed(_FILTER_OPTIONS):  # the one nearest the function comes first
        decorated = option(decorated)
    return decorated


_FILTER_OPTIONS = (
    click.option(
        "--polarity", type=click.Choice(["on", "off"]), help="Only events of this polarity."
    ),
    click.option(
        "--isolated",
        type=LookBackType(),
        default=0,
        metavar="D",
        help="Leave out events with no neighbour within D before.",
    ),
    click.option(
        "--refractory",
        type=LookBackType(),
        default=0,
        metavar="D",
        help="Leave out events less than D after one of the same pixel.",
    ),
    click.option("--mask-hot", is_flag=True, help="Leave out pixels that fire by themselves."),
)
