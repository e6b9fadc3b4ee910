"""Reads standard records independently of the program: `records_oracle.py FILE` prints what it found as JSON.

Written from the tables of the standards with `struct`, sharing nothing with the program but the tables.
Images go through PyPI `pillow` (JPEG 2000: OpenJPEG) and `wsq` (NBIS): `records_oracle.py decode FILE OUT` and
`records_oracle.py wsq-decode FILE OUT` write raw pixels, and
`records_oracle.py wsq-encode WIDTH HEIGHT RAW OUT` writes a stream.
"""
import json
import struct
import sys


def minutiae_2005(data):
    magic, length, equipment, width, height, rx, ry, views, zero = struct.unpack(">8sIHHHHHBB", data[:24])
    assert magic == b"FMR\x00 20\x00" and length == len(data) and zero == 0
    at, found = 24, []
    for _ in range(views):
        position, both, quality, count = struct.unpack_from(">BBBB", data, at)
        at += 4
        points = []
        for _ in range(count):
            x, y, angle, q = struct.unpack_from(">HHBB", data, at)
            at += 6
            assert y >> 14 == 0 and (x & 0x3FFF) < width and y < height
            points.append([x >> 14, x & 0x3FFF, y, angle, q])
        (extended,) = struct.unpack_from(">H", data, at)
        at += 2
        end, areas = at + extended, []
        while at < end:
            code, size = struct.unpack_from(">HH", data, at)
            areas.append([code, data[at + 4 : at + size].hex()])
            at += size
        assert at == end
        found.append(
            {
                "position": position,
                "number": both >> 4,
                "impression": both & 15,
                "quality": quality,
                "minutiae": points,
                "areas": areas,
            }
        )
    assert at == len(data)
    head = {"equipment": equipment, "width": width, "height": height, "rx": rx, "ry": ry}
    return {"kind": "fmr", **head, "views": found}


def image_2005(data):
    assert int.from_bytes(data[8:14], "big") == len(data)
    device, level, count, unit = struct.unpack_from(">HHBB", data, 14)
    scan_x, scan_y, x, y, depth, compression, zero = struct.unpack_from(">HHHHBBH", data, 20)
    at, images = 32, []
    for _ in range(count):
        size, position, views, view, quality, impression, w, h, nil = struct.unpack_from(">IBBBBBHHB", data, at)
        assert nil == 0
        images.append({"position": position, "width": w, "height": h, "compression": compression})
        images[-1]["data"] = data[at + 14 : at + size].hex()
        at += size
    assert at == len(data) and zero == 0 and (scan_x, scan_y) == (x, y)
    return {"kind": "fir", "unit": unit, "x": x, "y": y, "depth": depth, "images": images}


def image_2011(data):
    length, count, certified, positions = struct.unpack_from(">IHBB", data, 8)
    assert length == len(data) and positions == 1
    at, images = 16, []
    for _ in range(count):
        (size,) = struct.unpack_from(">I", data, at)
        p = at + 4 + 9 + 5
        p += 1 + 5 * data[p]
        if certified:
            p += 1 + 3 * data[p]
        position, number, unit = struct.unpack_from(">BBB", data, p)
        scan_x, scan_y, x, y, depth, compression, impression = struct.unpack_from(">HHHHBBB", data, p + 3)
        w, h, bytes_ = struct.unpack_from(">HHI", data, p + 14)
        images.append({"position": position, "width": w, "height": h, "compression": compression})
        images[-1]["data"] = data[p + 22 : p + 22 + bytes_].hex()
        assert p + 22 + bytes_ == at + size
        at += size
    assert at == len(data)
    return {"kind": "fir", "unit": unit, "x": x, "y": y, "depth": depth, "images": images}


def eyes_2011(data):
    length, count, certified, eyes = struct.unpack_from(">IHBB", data, 8)
    assert length == len(data) and certified == 0
    at, images = 16, []
    for _ in range(count):
        (size,) = struct.unpack_from(">I", data, at)
        p = at + 4 + 9 + 5
        qualities = [data[p + 1 + 5 * i] for i in range(data[p])]
        p += 1 + 5 * data[p]
        number, eye, kind, format_, properties, width, height, depth = struct.unpack_from(">HBBBBHHB", data, p)
        distance, roll, _ = struct.unpack_from(">HHH", data, p + 11)
        place = list(struct.unpack_from(">6H", data, p + 17))
        (stored,) = struct.unpack_from(">I", data, p + 29)
        images.append({"number": number, "eye": eye, "type": kind, "format": format_, "properties": properties})
        images[-1].update({"width": width, "height": height, "depth": depth, "range": distance, "roll": roll})
        images[-1].update({"qualities": qualities, "place": place, "data": data[p + 33 : p + 33 + stored].hex()})
        assert p + 33 + stored == at + size
        at += size
    assert at == len(data)
    return {"kind": "iir", "eyes": eyes, "images": images}


def faces_2011(data):
    length, count, certified, sequence = struct.unpack_from(">IHBH", data, 8)
    assert length == len(data) and certified == 0
    at, images = 17, []
    for _ in range(count):
        (size,) = struct.unpack_from(">I", data, at)
        p = at + 4 + 9 + 5
        qualities = [data[p + 1 + 5 * i] for i in range(data[p])]
        p += 1 + 5 * data[p]
        points, gender, eyes, hair, height = struct.unpack_from(">HBBBB", data, p)
        angles = [2 * (a - 1) if a < 92 else 2 * (a - 181) for a in data[p + 11 : p + 14]]
        p += 17
        landmarks = [list(struct.unpack_from(">BBHHH", data, p + 8 * i)) for i in range(points)]
        p += 8 * points
        kind, format_, w, h, level, processing, source, colours = struct.unpack_from(">BBHHBHBB", data, p)
        (stored,) = struct.unpack_from(">I", data, p + 11)
        images.append({"gender": gender, "eyes": eyes, "hair": hair, "height": height, "angles": angles})
        images[-1].update({"landmarks": landmarks, "type": kind, "format": format_, "width": w, "rows": h})
        images[-1].update({"level": level, "processing": processing, "source": source, "colours": colours})
        images[-1].update({"qualities": qualities, "data": data[p + 15 : p + 15 + stored].hex()})
        assert p + 15 + stored == at + size
        at += size
    assert at == len(data)
    return {"kind": "fac", "sequence": sequence, "images": images}


def decode(source, target):
    from PIL import Image

    image = Image.open(source).convert("L")
    with open(target, "wb") as out:
        out.write(image.tobytes())
    return {"width": image.width, "height": image.height}


def wsq_decode(source, target):
    import wsq  # noqa: F401 (registers itself)

    return decode(source, target)


def wsq_encode(width, height, source, target):
    import wsq  # noqa: F401
    from PIL import Image

    with open(source, "rb") as raw:
        Image.frombytes("L", (int(width), int(height)), raw.read()).save(target, format="WSQ")
    return {}


def main(arguments):
    if arguments[0] == "decode":
        return decode(*arguments[1:])
    if arguments[0] == "wsq-decode":
        return wsq_decode(*arguments[1:])
    if arguments[0] == "wsq-encode":
        return wsq_encode(*arguments[1:])
    with open(arguments[0], "rb") as file:
        data = file.read()
    readers = {b"FMR\x00 20\x00": minutiae_2005, b"FIR\x00010\x00": image_2005, b"FIR\x00020\x00": image_2011}
    readers[b"IIR\x00020\x00"] = eyes_2011
    readers[b"FAC\x00030\x00"] = faces_2011
    return readers[data[:8]](data)


print(json.dumps(main(sys.argv[1:])))
