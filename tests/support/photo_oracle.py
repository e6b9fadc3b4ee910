"""The OFIQ-formula components of a portrait, recalculated with numpy from the same points, pose and mask.

Reads one JSON object: png, points (478 x 3), pose (yaw, pitch, roll in degrees), areas, frame (left, top, width,
height), mask (width, height, values). Prints {component: [raw, score]}. Formulae and constants are those published
with OFIQ; nothing here is shared with the program."""
import json
import sys

import numpy as np
from PIL import Image

JAW = [454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234]
BROWS = [70, 63, 105, 66, 296, 334, 293, 300]


def sigmoid(x, x0, w):
    return 1 / (1 + np.exp((x0 - x) / w))


def curve(x, h=100.0, a=0.0, s=1.0, x0=0.0, w=1.0):
    return h * (a + s * sigmoid(x, x0, w))


def bilinear(picture, x, y):
    height, width = picture.shape[:2]
    x, y = np.clip(x - 0.5, 0, width - 1), np.clip(y - 0.5, 0, height - 1)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    fx, fy = x - x0, y - y0
    if picture.ndim == 3:
        fx, fy = fx[..., None], fy[..., None]
    top = picture[y0, x0] * (1 - fx) + picture[y0, x1] * fx
    return top * (1 - fy) + (picture[y1, x0] * (1 - fx) + picture[y1, x1] * fx) * fy


def linear(v):
    return np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)


def luminance(rgb):
    return np.floor(linear(np.floor(rgb + 0.5) / 255) @ [0.2126, 0.7152, 0.0722] * 255 + 0.5).astype(int)


def similarity(source, target):
    """2x3: target = A source, by least squares over complex numbers."""
    s, t = source @ [1, 1j], target @ [1, 1j]
    design = np.column_stack([s, np.ones_like(s)])
    (turn, shift), *_ = np.linalg.lstsq(design, t, rcond=None)
    return turn, shift


def inside(polygon, x, y):
    result = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0)):
        if ay == by:
            continue
        hit = ((ay <= y) != (by <= y)) & (x < ax + (y - ay) / (by - ay) * (bx - ax))
        result ^= hit
    return result


def hull(points):
    """Gift wrapping."""
    start = current = int(np.lexsort((points[:, 1], points[:, 0]))[0])
    ring = []
    while True:
        ring.append(points[current])
        following = (current + 1) % len(points)
        for k in range(len(points)):
            a, b = points[following] - points[current], points[k] - points[current]
            if a[0] * b[1] - a[1] * b[0] < 0:
                following = k
        current = following
        if current == start or len(ring) > len(points):
            return np.array(ring)


def main():
    seen = json.load(sys.stdin)
    picture = np.array(Image.open(seen["png"]).convert("RGB")).astype(float)
    height, width = picture.shape[:2]
    p = np.array(seen["points"])[:, :2]
    left, top, fw, fh = seen["frame"]
    yaw, pitch, roll = np.radians(seen["pose"])
    eyes = np.array([p[[33, 133]].mean(0), p[[362, 263]].mean(0)])
    centre = eyes.mean(0)
    apart = np.linalg.norm(eyes[0] - eyes[1])
    t = np.linalg.norm(centre - p[152])
    gap = lambda pairs: max(np.linalg.norm(p[a] - p[b]) for a, b in pairs)
    out = {}

    areas = sorted(seen["areas"], reverse=True)
    share = areas[1] / areas[0] if len(areas) > 1 else 0.0
    out["single_face_present"] = share, 100 * (1 - share)
    for name, angle in (("yaw", yaw), ("pitch", pitch), ("roll", roll)):
        out["head_pose_" + name] = np.degrees(angle), 100 * max(0, np.cos(angle)) ** 2
    distance = apart / np.cos(yaw)
    out["inter_eye_distance"] = distance, curve(distance, x0=70, w=20)
    size = t / fh
    out["head_size"] = size, curve(abs(size - 0.45), h=200, a=1, s=-1, x0=0, w=0.05)
    for name, value, x0 in (
        ("leftward_crop_of_the_face_image", (eyes[0, 0] - left) / apart, 0.9),
        ("rightward_crop_of_the_face_image", (left + fw - eyes[1, 0]) / apart, 0.9),
        ("margin_above_of_the_face_image", (centre[1] - top) / t, 1.4),
        ("margin_below_of_the_face_image", (top + fh - centre[1]) / t, 1.8),
    ):
        out[name] = value, curve(value, x0=x0, w=0.1)
    lids = min(gap([(160, 144), (159, 145), (158, 153)]), gap([(385, 380), (386, 374), (387, 373)])) / t
    out["eyes_open"] = lids, curve(lids, x0=0.02, w=0.01)
    lips = gap([(82, 87), (13, 14), (312, 317)]) / t
    out["mouth_closed"] = lips, curve(lips, a=1, s=-1, x0=0.2, w=0.06)

    # the aligned picture of 616 x 616
    places = np.array([(251, 272), (364, 272), (308, 336), (262, 402), (355, 402)]) + 0.5
    turn, shift = similarity(places, np.vstack([eyes, p[[1, 61, 291]]]))
    there = lambda x, y: turn * (x + 1j * y) + shift
    back = lambda q: (q @ [1, 1j] - shift) / turn
    y, x = np.mgrid[0:616, 0:616] + 0.5
    z = there(x, y)
    known = (z.real >= 0) & (z.imag >= 0) & (z.real < width) & (z.imag < height)
    aligned = bilinear(picture, z.real, z.imag)
    light = luminance(aligned)
    ring = hull(p[JAW + BROWS])
    ring = back(ring)
    face = inside(np.column_stack([ring.real, ring.imag]), x, y) & known
    n = face.sum()
    bins = np.bincount(light[face], minlength=256) / n
    levels = np.arange(256) / 255
    mean = (bins * levels).sum()
    variance = (bins * (levels - mean) ** 2).sum()
    out["luminance_mean"] = mean, 100 * sigmoid(mean, 0.2, 0.05) * (1 - sigmoid(mean, 0.8, 0.05))
    out["luminance_variance"] = variance, 100 * np.sin(np.pi * 60 * variance / (60 * variance + 1))
    entropy = -(bins[bins > 0] * np.log2(bins[bins > 0])).sum()
    out["dynamic_range"] = entropy, 12.5 * entropy
    dark, bright = bins[:26].sum(), bins[247:].sum()
    out["under_exposure_prevention"] = dark, curve(dark, h=120, a=0.832, s=-1, x0=0.92, w=0.05)
    out["over_exposure_prevention"] = bright, 1 / (bright + 0.01)

    e = back(eyes)
    mouth = back(p[[61, 291]].mean(0)[None])[0]
    side = int(abs(e[1] - e[0]) * 0.3)
    down = abs(mouth - e.mean()) / 2
    cheeks = []
    masked = np.where(face[..., None], np.floor(aligned + 0.5), 0)
    for x0, y0 in ((e[0].real - side, e[0].imag + down), (e[1].real, e[1].imag + down)):
        x0, y0 = int(np.floor(x0 + 0.5)), int(np.floor(y0 + 0.5))
        cheeks.append(masked[y0 : y0 + side, x0 : x0 + side].reshape(-1, 3))
    a, b = (np.bincount(luminance(c), minlength=256) / len(c) for c in cheeks)
    alike = np.minimum(a, b).sum()
    out["illumination_uniformity"] = alike, 100 * alike**0.3
    rgb = linear(np.vstack(cheeks).mean(0) / 255)
    xyz = np.array([[0.43605, 0.38508, 0.14309], [0.22249, 0.71689, 0.06062], [0.01393, 0.0971, 0.71419]]) @ rgb
    f = [np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz / [0.964221, 1, 0.825211]]
    ca, cb = 500 * (f[0] - f[1]), 200 * (f[1] - f[2])
    off = 100.0 if min(ca, cb) < 0 else np.hypot(max(0, 5 - ca, ca - 25), max(0, 5 - cb, cb - 35))
    out["natural_colour"] = off, curve(off, h=200, a=1, s=-1, x0=0, w=10)

    # the background: OFIQ's window of 492 x 406 brought to 354 x 292
    y, x = np.mgrid[0:292, 0:354] + 0.5
    z = there(62 + x * 492 / 354, y * 406 / 292)
    person = np.array(seen["mask"]["values"]).reshape(seen["mask"]["height"], seen["mask"]["width"])
    mh, mw = person.shape
    behind = bilinear(person, z.real / width * mw, z.imag / height * mh) < 0.1
    behind &= (z.real >= 0) & (z.imag >= 0) & (z.real < width) & (z.imag < height)
    padded = np.pad(behind, 2, constant_values=True)
    eroded = np.ones_like(behind)
    for dy in range(-2, 2):
        for dx in range(-2, 2):
            eroded &= padded[2 + dy : 2 + dy + 292, 2 + dx : 2 + dx + 354]
    if eroded.any():
        l = np.pad(luminance(bilinear(picture, z.real, z.imag)).astype(float), 1, mode="reflect")
        smooth = np.array([3, 10, 3])
        gx = sum(k * (l[i : i + 292, 2:] - l[i : i + 292, :-2]) for i, k in enumerate(smooth))
        gy = sum(k * (l[2:, i : i + 354] - l[:-2, i : i + 354]) for i, k in enumerate(smooth))
        rough = np.hypot(gx, gy)[eroded].mean()
        out["background_uniformity"] = rough, curve(rough, h=190, a=1, s=-1, x0=10, w=100)

    json.dump({k: [float(r), int(np.clip(np.floor(s + 0.5), 0, 100))] for k, (r, s) in out.items()}, sys.stdout)


if __name__ == "__main__":
    if "--versions" in sys.argv:
        print("numpy and pillow")
    else:
        main()
