"""How AEDAT 4 packs its parts, as far as tells whether the last of them is there to its end.

LZ4 frames (github.com/lz4/lz4, ``lz4_Frame_format.md``), Zstandard frames (RFC 8878, 3.1.1), or a
FlatBuffers table after its length.
"""

from __future__ import annotations

import struct

_LZ4_MAGIC = b"\x04\x22\x4d\x18"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_TABLE = b"FTAB"
"""The identifier of a data table, behind its length and the place of its root."""

_SHORTEST = 12
"""Bytes of a table without packets, packed in any way."""

_ZSTD_DICTIONARY = (0, 1, 2, 4)
_ZSTD_CONTENT = (0, 2, 4, 8)
_ZSTD_REPEATED = 1


def ends_early(packed: bytes) -> bool:
    """Whether a packed data table ends before it should; False for what is packed otherwise.

    Args:
        packed: all that the file has of it.
    """
    whole = _length_of(packed)
    return whole is None or whole > len(packed)


def _length_of(packed: bytes) -> int | None:
    """Bytes of the whole, told from its parts; None where what is there does not reach so far."""
    if len(packed) < _SHORTEST:
        return None
    try:
        if packed.startswith(_LZ4_MAGIC):
            return _length_of_lz4(packed)
        if packed.startswith(_ZSTD_MAGIC):
            return _length_of_zstd(packed)
        if packed[8:12] == _TABLE:
            return 4 + int(struct.unpack_from("<I", packed)[0])
    except (struct.error, IndexError):
        return None
    return 0


def _length_of_lz4(packed: bytes) -> int:
    flags = packed[4]
    sum_of_block, sum_of_all = (4 if flags & bit else 0 for bit in (0x10, 0x04))
    at = 7 + (8 if flags & 0x08 else 0) + (4 if flags & 0x01 else 0)
    while size := struct.unpack_from("<I", packed, at)[0] & 0x7FFF_FFFF:
        at += 4 + size + sum_of_block
    return at + 4 + sum_of_all


def _length_of_zstd(packed: bytes) -> int:
    flags = packed[4]
    alone = bool(flags & 0x20)
    content = _ZSTD_CONTENT[flags >> 6] or int(alone)
    at = 5 + (not alone) + _ZSTD_DICTIONARY[flags & 3] + content
    last = False
    while not last:
        block = int.from_bytes(bytes(packed[at + place] for place in range(3)), "little")
        last = bool(block & 1)
        at += 3 + (1 if block >> 1 & 3 == _ZSTD_REPEATED else block >> 3)
    return at + (4 if flags & 0x04 else 0)
