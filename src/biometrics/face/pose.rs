//! Where a head looks: the rigid turn that lays an average head over the mesh.
//!
//! Only points that hardly move when a face speaks take part, weighted; the turn of least squares comes from the
//! largest eigenvector of a 4 x 4 matrix (B. Horn 1987, closed-form solution with quaternions). Pitch has a personal
//! offset of several degrees, because noses and foreheads differ from the average head's.

use super::landmarks::RIGID;

/// Yaw, pitch and roll in degrees as [`Observation`](super::report::Observation) has them; `None` when the points do
/// not span a head.
pub(super) fn pose(points: &[[f32; 3]]) -> Option<[f32; 3]> {
    let mut pairs = Vec::with_capacity(RIGID.len());
    for anchor in &RIGID {
        let [x, y, z] = points.get(anchor.index)?.map(f64::from);
        pairs.push((f64::from(anchor.weight), anchor.place.map(f64::from), [x, -y, -z]));
    }
    let turn = turn(&pairs)?;
    let degrees = |sin: f64, cos: f64| sin.atan2(cos).to_degrees() as f32;
    let yaw = degrees(-turn[2][0], turn[2][1].hypot(turn[2][2]));
    let pose = [yaw, degrees(turn[2][1], turn[2][2]), degrees(turn[1][0], turn[0][0])];
    pose.iter().all(|angle| angle.is_finite()).then_some(pose)
}

/// A weight, a place on the average head, and the same place in the picture (up, towards the viewer).
type Pair = (f64, [f64; 3], [f64; 3]);

/// The rotation that best turns the first places of the pairs into the second.
fn turn(pairs: &[Pair]) -> Option<[[f64; 3]; 3]> {
    let total: f64 = pairs.iter().map(|pair| pair.0).sum();
    let mean = |place: fn(&Pair) -> [f64; 3]| {
        [0, 1, 2].map(|k| pairs.iter().map(|pair| pair.0 * place(pair)[k]).sum::<f64>() / total)
    };
    let (from, to) = (mean(|pair| pair.1), mean(|pair| pair.2));
    let mut s = [[0.0; 3]; 3];
    for (weight, a, b) in pairs {
        for (i, row) in s.iter_mut().enumerate() {
            for (j, sum) in row.iter_mut().enumerate() {
                *sum += weight * (a[i] - from[i]) * (b[j] - to[j]);
            }
        }
    }
    let matrix = [
        [s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0]],
        [s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]],
        [s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1]],
        [s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1]],
    ];
    let size = matrix.iter().flatten().map(|v| v.abs()).fold(0.0, f64::max);
    (size.is_finite() && size > 1e-9).then(|| rotation(largest(matrix)))
}

/// The eigenvector of the largest eigenvalue of a symmetric matrix, by Jacobi's rotations.
fn largest(mut m: [[f64; 4]; 4]) -> [f64; 4] {
    let mut vectors = [[0.0; 4]; 4];
    (0..4).for_each(|i| vectors[i][i] = 1.0);
    for _ in 0..12 {
        for (p, q) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
            if m[p][q] == 0.0 {
                continue;
            }
            let angle = 0.5 * (2.0 * m[p][q]).atan2(m[q][q] - m[p][p]);
            let (sin, cos) = angle.sin_cos();
            for row in &mut m {
                (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
            }
            let (upper, lower) = m.split_at_mut(q);
            for (a, b) in upper[p].iter_mut().zip(&mut lower[0]) {
                (*a, *b) = (cos * *a - sin * *b, sin * *a + cos * *b);
            }
            for row in &mut vectors {
                (row[p], row[q]) = (cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]);
            }
        }
    }
    let best = (0..4).fold(0, |best, i| if m[i][i] > m[best][best] { i } else { best });
    vectors.map(|row| row[best])
}

/// A unit quaternion as a matrix.
fn rotation([w, x, y, z]: [f64; 4]) -> [[f64; 3]; 3] {
    [
        [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z],
    ]
}
