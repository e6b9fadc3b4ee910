//! The points of the face mesh by name, and the rigid face its pose is fitted to.
//!
//! The numbering is that of the MediaPipe face mesh, with which the network was trained; left and right are those of the
//! picture, so the sitter's right eye is the left one here.

/// Points of the surface.
pub const SURFACE: usize = 468;

/// Points with those of both irises.
pub const POINTS: usize = 478;

/// The outline of the face, once around from the middle of the forehead.
pub const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/// Border of the lips, once around from the left corner over the upper lip.
pub const LIPS_OUTER: [usize; 20] =
    [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146];

/// Opening of the mouth, in the same order.
pub const LIPS_INNER: [usize; 20] =
    [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95];

/// The left eye: upper lid from left to right.
pub const LEFT_UPPER_LID: [usize; 9] = [33, 246, 161, 160, 159, 158, 157, 173, 133];

/// The left eye: lower lid from left to right.
pub const LEFT_LOWER_LID: [usize; 9] = [33, 7, 163, 144, 145, 153, 154, 155, 133];

/// The right eye: upper lid from left to right.
pub const RIGHT_UPPER_LID: [usize; 9] = [362, 398, 384, 385, 386, 387, 388, 466, 263];

/// The right eye: lower lid from left to right.
pub const RIGHT_LOWER_LID: [usize; 9] = [362, 382, 381, 380, 374, 373, 390, 249, 263];

/// The left iris: middle, then right, top, left and bottom of its border.
pub const LEFT_IRIS: [usize; 5] = [468, 469, 470, 471, 472];

/// The right iris, in the same order.
pub const RIGHT_IRIS: [usize; 5] = [473, 474, 475, 476, 477];

/// The left brow: upper border.
pub const LEFT_BROW_UPPER: [usize; 5] = [70, 63, 105, 66, 107];

/// The left brow: lower border.
pub const LEFT_BROW_LOWER: [usize; 5] = [46, 53, 52, 65, 55];

/// The right brow: upper border.
pub const RIGHT_BROW_UPPER: [usize; 5] = [336, 296, 334, 293, 300];

/// The right brow: lower border.
pub const RIGHT_BROW_LOWER: [usize; 5] = [285, 295, 282, 283, 276];

/// Tip of the nose.
pub const NOSE_TIP: usize = 1;

/// Where the nose meets the lip.
pub const NOSE_BOTTOM: usize = 2;

/// Bridge of the nose from above.
pub const NOSE_BRIDGE: [usize; 6] = [168, 6, 197, 195, 5, 4];

/// The nostrils.
pub const NOSTRILS: [usize; 2] = [98, 327];

/// The chin.
pub const CHIN: usize = 152;

/// Middle of the forehead's upper end.
pub const FOREHEAD: usize = 10;

/// Middle of the left cheek.
pub const LEFT_CHEEK: usize = 50;

/// Middle of the right cheek.
pub const RIGHT_CHEEK: usize = 280;

/// Left end of the face.
pub const LEFT_SIDE: usize = 234;

/// Right end of the face.
pub const RIGHT_SIDE: usize = 454;

/// Corners of the mouth.
pub const MOUTH_CORNERS: [usize; 2] = [61, 291];

/// Corners of the eyes from left to right.
pub const EYE_CORNERS: [usize; 4] = [33, 133, 362, 263];

/// Middle of the upper and of the lower lip, inside.
pub const LIP_GAP: [usize; 2] = [13, 14];

/// Opposite points of the left lids.
pub const LEFT_LID_PAIRS: [(usize, usize); 3] = [(160, 144), (159, 145), (158, 153)];

/// Opposite points of the right lids.
pub const RIGHT_LID_PAIRS: [(usize, usize); 3] = [(385, 380), (386, 374), (387, 373)];

/// Which points the mesh network refines around the mouth, in the order of its output.
pub const REFINED_LIPS: [usize; 80] = [
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409, 78, 95, 88, 178, 87, 14,
    317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415, 76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306,
    184, 74, 73, 72, 11, 302, 303, 304, 408, 62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12,
    268, 271, 272, 407,
];

/// The same around the left eye.
pub const REFINED_LEFT_EYE: [usize; 71] = [
    33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173, 130, 25, 110, 24, 23, 22, 26, 112,
    243, 247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229, 230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189,
    35, 124, 46, 53, 52, 65, 143, 111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193,
];

/// The same around the right eye.
pub const REFINED_RIGHT_EYE: [usize; 71] = [
    263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398, 359, 255, 339, 254, 253, 252, 256,
    341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261, 448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442,
    441, 413, 265, 353, 276, 283, 282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336,
    285, 417,
];

/// So many of either eye's refined points are its lids; they come first.
pub const LID_POINTS: usize = 16;

/// A point of the face without expression that takes part in the fit of the pose.
#[derive(Debug, Clone, Copy)]
pub struct Anchor {
    /// Which point of the mesh.
    pub index: usize,
    /// Its weight.
    pub weight: f32,
    /// Its place on an average head: centimetres, right in the picture, up, towards the viewer.
    pub place: [f32; 3],
}

const fn anchor(index: usize, weight: f32, place: [f32; 3]) -> Anchor {
    Anchor { index, weight, place }
}

/// Points that hardly move when a face speaks or smiles, with the weights MediaPipe's face geometry gives them.
pub const RIGID: [Anchor; 33] = [
    anchor(4, 0.07090994, [0.0, -0.46317, 7.58658]),
    anchor(6, 0.03210014, [0.0, 2.473255, 5.788627]),
    anchor(10, 0.00844655, [0.0, 8.261778, 4.481535]),
    anchor(33, 0.05872417, [-4.445859, 2.663991, 3.173422]),
    anchor(54, 0.00766708, [-6.279331, 6.615427, 1.42585]),
    anchor(67, 0.00907806, [-3.523964, 8.005976, 3.729163]),
    anchor(117, 0.00979194, [-5.258659, 0.945811, 2.974312]),
    anchor(119, 0.01456537, [-3.300681, 0.861641, 3.872784]),
    anchor(121, 0.01859136, [-1.820731, 1.467954, 4.224124]),
    anchor(127, 0.00519799, [-7.743095, 2.364999, -2.005167]),
    anchor(129, 0.12062521, [-1.785794, -0.978284, 4.85047]),
    anchor(132, 0.00556002, [-7.270895, -2.890917, -2.252455]),
    anchor(133, 0.05328618, [-1.856432, 2.585245, 3.757904]),
    anchor(136, 0.06689046, [-5.085276, -7.17859, 0.714711]),
    anchor(143, 0.01481655, [-6.407571, 2.236021, 1.560843]),
    anchor(147, 0.01426283, [-6.234883, -1.94443, 1.663542]),
    anchor(198, 0.02546219, [-1.246815, 0.230297, 5.681036]),
    anchor(205, 0.04725228, [-3.832928, -1.537326, 4.137731]),
    anchor(263, 0.05872417, [4.445859, 2.663991, 3.173422]),
    anchor(284, 0.00766708, [6.279331, 6.615427, 1.42585]),
    anchor(297, 0.00907806, [3.523964, 8.005976, 3.729163]),
    anchor(346, 0.00979194, [5.258659, 0.945811, 2.974312]),
    anchor(348, 0.01456537, [3.300681, 0.861641, 3.872784]),
    anchor(350, 0.01859136, [1.820731, 1.467954, 4.224124]),
    anchor(356, 0.00519799, [7.743095, 2.364999, -2.005167]),
    anchor(358, 0.12062521, [1.785794, -0.978284, 4.85047]),
    anchor(361, 0.00556002, [7.270895, -2.890917, -2.252455]),
    anchor(362, 0.05328618, [1.856432, 2.585245, 3.757904]),
    anchor(365, 0.06689046, [5.085276, -7.17859, 0.714711]),
    anchor(372, 0.01481655, [6.407571, 2.236021, 1.560843]),
    anchor(376, 0.01426283, [6.234883, -1.94443, 1.663542]),
    anchor(420, 0.02546219, [1.246815, 0.230297, 5.681036]),
    anchor(425, 0.04725228, [3.832928, -1.537326, 4.137731]),
];
