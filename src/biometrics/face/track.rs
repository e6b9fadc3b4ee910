//! A preview, frame by frame, within forty milliseconds of one core.
//!
//! The mesh follows a face by itself, so it alone runs on every frame. What changes slowly is looked at now and then:
//! where people are on every third frame, who else is there on every fifth, and never both on one, but for a face that
//! has just come. The quick detector finds a face first, and the full one must see it on the next frame: noise passes the
//! quick one.

use rekam_hal::RgbImage;

use super::detect::{Face, Fill, detect};
use super::mesh::{self, Mesh};
use super::networks::{FaceError, Grain, Range};
use super::person::person_of;
use super::portraitist::{Portraitist, SITTER, Seen, by_area, sitter, with_others};
use super::pose::pose;
use super::report::Mask;

/// The least score of the quick detector.
const NEAR: f32 = 0.5;

/// Frames from one full look to the next.
const FULL_EVERY: u32 = 5;

/// Frames from one look for people to the next.
const PERSON_EVERY: u32 = 3;

/// A detection that covers less of the followed face than this is another face.
const SAME: f32 = 0.2;

/// What is remembered from frame to frame; [`Track::default`] before the first.
#[derive(Debug, Clone, Default)]
pub struct Track {
    size: (u32, u32),
    points: Option<Vec<[f32; 3]>>,
    person: Option<Mask>,
    /// Faces of the last full look but the sitter's, largest first.
    faces: Vec<Face>,
    since_full: u32,
    since_person: u32,
    /// The followed face was seen by the full detector.
    confirmed: bool,
    /// The full detector has looked at all.
    looked: bool,
    /// How the full detector looks next.
    fill: Fill,
}

impl Portraitist {
    /// Looks at the next frame of a preview.
    ///
    /// # Errors
    /// When a network does not run; no frame makes it so.
    pub fn follow(&self, track: &mut Track, frame: &RgbImage) -> Result<Seen, FaceError> {
        let size = (frame.width(), frame.height());
        if track.size != size {
            // the quick detector has the first frame, the full one the second
            *track = Track { size, since_full: FULL_EVERY - 2, ..Track::default() };
        }
        track.since_full += 1;
        track.since_person += 1;
        let full = track.since_full >= FULL_EVERY || (track.points.is_some() && !track.confirmed);
        if full {
            self.look_around(track, frame)?;
        }
        let Some(mesh) = self.next_mesh(track, frame, full)? else {
            track.lose();
            return Ok(Seen::default());
        };
        let Some(pose) = pose(&mesh.points) else {
            track.lose();
            return Ok(Seen::default());
        };
        track.points = Some(mesh.points.clone());
        let mask = self.people(track, frame, full, &mesh.points)?;
        let Some(own) = face_of(&mesh) else { return Ok(Seen::default()) };
        if track.since_full == 0 {
            track.faces.retain(|face| face.overlap(&own) < SAME);
        }
        Ok(Seen::new(with_others(own, &track.faces), Some(sitter(frame, mesh, pose, mask))))
    }

    /// The full detector; gives up a followed face that it does not see or that is not the largest any more.
    fn look_around(&self, track: &mut Track, frame: &RgbImage) -> Result<(), FaceError> {
        track.faces = detect(&self.networks, frame, Range::Full, track.fill, SITTER)?;
        if track.faces.is_empty() {
            // perhaps a face is too large to be seen so; the next look tells
            track.fill = if track.fill == Fill::Whole { Fill::Inner } else { Fill::Whole };
        }
        (track.since_full, track.looked) = (0, true);
        by_area(&mut track.faces);
        let followed = track.points.as_deref().and_then(frame_of);
        if let Some(frame) = followed {
            let own = Face { score: 1.0, frame, points: [(0.0, 0.0); 6] };
            match track.faces.first() {
                // The mesh follows where the detector is blind (a hand before the mouth), once it has been confirmed.
                None => track.points = track.points.take().filter(|_| track.confirmed),
                Some(largest) if largest.overlap(&own) < SAME && !holds_out(&own, largest) => track.points = None,
                Some(_) => track.confirmed = true,
            }
        }
        Ok(())
    }

    /// The sitter's points in this frame.
    fn next_mesh(&self, track: &mut Track, frame: &RgbImage, full: bool) -> Result<Option<Mesh>, FaceError> {
        if let Some(map) = track.points.as_deref().and_then(mesh::around_points)
            && let Some(mesh) = mesh::present(mesh::look(&self.networks, frame, &map)?)
        {
            return Ok(Some(mesh));
        }
        track.confirmed = full;
        if !full {
            let mut near = detect(&self.networks, frame, Range::Near, Fill::Whole, NEAR)?;
            by_area(&mut near);
            if let Some(face) = near.first()
                && let Some(mesh) = mesh::find(&self.networks, frame, face)?
            {
                return Ok(Some(mesh));
            }
            if track.looked {
                return Ok(None);
            }
            self.look_around(track, frame)?;
            track.confirmed = true;
        }
        // after the full detector there is time for one look; the next frame is the second
        let Some(face) = track.faces.first() else { return Ok(None) };
        Ok(mesh::present(mesh::look(&self.networks, frame, &mesh::around_face(face))?))
    }

    /// Where people are: the last map while it is young.
    fn people(&self, track: &mut Track, frame: &RgbImage, full: bool, points: &[[f32; 3]]) -> Result<Mask, FaceError> {
        match &track.person {
            Some(mask) if full || track.since_person < PERSON_EVERY => Ok(mask.clone()),
            Some(_) | None => {
                let mask = person_of(&self.networks, frame, Grain::Wide, points)?;
                track.since_person = 0;
                Ok(track.person.insert(mask).clone())
            }
        }
    }
}

impl Track {
    /// Nobody is there: the next frame starts afresh, but for when to look around.
    fn lose(&mut self) {
        *self = Self {
            size: self.size,
            since_full: self.since_full,
            looked: self.looked,
            fill: self.fill,
            ..Self::default()
        };
    }
}

/// Two faces of about one size change places in the list; the one followed stays.
fn holds_out(own: &Face, largest: &Face) -> bool {
    own.area() * 1.5 > largest.area()
}

/// The box of a mesh as the detector would draw it: it leaves out the forehead's upper end.
fn frame_of(points: &[[f32; 3]]) -> Option<[f32; 4]> {
    let [left, top, right, bottom] = mesh::extent(points)?;
    let high = bottom - top;
    Some([left, top + 0.18 * high, right, bottom])
}

fn face_of(mesh: &Mesh) -> Option<Face> {
    let frame = frame_of(&mesh.points)?;
    let middle = |indices: &[usize]| {
        let places = indices.iter().filter_map(|i| mesh.points.get(*i));
        let (x, y) = places.fold((0.0, 0.0), |(x, y), p| (x + p[0], y + p[1]));
        (x / indices.len() as f32, y / indices.len() as f32)
    };
    let points: [&[usize]; 6] = [&[468], &[473], &[1], &[13, 14], &[234], &[454]];
    Some(Face { score: mesh.presence, frame, points: points.map(middle) })
}
