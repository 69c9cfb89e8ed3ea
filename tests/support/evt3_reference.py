"""The rules of EVT3, word by word: slow and plain, to hold the vectorised decoder against."""

from collections import Counter

from evtui.events import Events
from support.strategies import events_of


def decode_slowly(words: list[int]) -> tuple[Events, Counter[str]]:
    """Every event of a file's words, t on the sensor's clock, and what else there was."""
    highs = accepted_highs([word & 0xFFF for word in words if word >> 12 == 0x8])
    odd = Counter(lone_highs=sum(high is None for high in highs))
    remaining = iter(highs)
    high = y = base = None
    low = base_on = wraps = 0
    stamp = t = None
    rows = []
    for word in words:
        kind, content = word >> 12, word & 0xFFF
        x, on = content & 0x7FF, content >> 11
        hits = []
        match kind:
            case 0x0:
                y = x
            case 0x2:
                hits = [(x, on)]
            case 0x3:
                base, base_on = x, on
            case 0x4 | 0x5:
                size = 12 if kind == 0x4 else 8
                if base is None:
                    odd["unplaced"] += 1
                else:
                    bits = [bit for bit in range(size) if content >> bit & 1]
                    hits = [(min(base + bit, 65535), base_on) for bit in bits]
                    base = min(base + size, 65535)
            case 0x6:
                low = content
            case 0x8:
                now = next(remaining)
                if now is not None:
                    wraps += high is not None and high - now >= 2048
                    high = now
            case 0x7 | 0xE | 0xF:
                pass
            case 0xA:
                odd["triggers"] += 1
            case _:
                odd["unknown"] += 1
        for x, on in hits:
            if y is None or high is None:
                odd["unplaced"] += 1
                continue
            before, stamp = stamp, (wraps * 4096 + high) * 4096 + low
            if before is None or stamp <= before - 4096:
                t = stamp
            else:
                odd["late"] += stamp < t
                t = max(t, stamp)
            rows.append((t, x, y, on))
    return events_of(rows), odd


def accepted_highs(shown: list[int]) -> list[int | None]:
    """TIME_HIGH by TIME_HIGH; None for a lone one, which comes between two that fit together."""
    accepted = []
    for index, now in enumerate(shown):
        inside = 0 < index < len(shown) - 1
        before, after = (shown[index - 1], shown[index + 1]) if inside else (now, now)
        back = after == before != now
        passed = after == (before + 1) % 4096 and now not in (before, after)
        accepted.append(None if back or passed else now)
    return accepted
