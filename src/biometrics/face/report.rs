//! What is said of a portrait: one line per check, the backdrop's colour, and the one sentence that mends the next shot.
//!
//! The components and their names are those of ISO/IEC 29794-5 (as OFIQ implements it) where it has one; the others are
//! the house's own. Raw values and scores are kept apart from the verdict, so that a threshold can be changed without
//! measuring again.

use rekam_hal::RgbImage;

/// A point in pixels of the picture; the middle of the upper left pixel is (0.5, 0.5).
pub type Point = (f32, f32);

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident => $word:literal),* $(,)?) => {
        /// A component of a portrait's quality.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $($(#[$doc])* $name),* }

        impl Check {
            /// All checks, in the order in which they are listed.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in snake_case, of ISO/IEC 29794-5 where it has one.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }
    };
}

checks! {
    /// Second largest face over the largest, by area.
    SingleFacePresent => "single_face_present",
    /// Turned aside, degrees.
    HeadPoseYaw => "head_pose_yaw",
    /// Looking up or down, degrees.
    HeadPosePitch => "head_pose_pitch",
    /// Tilted to a shoulder, degrees.
    HeadPoseRoll => "head_pose_roll",
    /// Between the centres of the eyes, pixels over the cosine of the yaw.
    InterEyeDistance => "inter_eye_distance",
    /// Eyes to chin over the picture's height.
    HeadSize => "head_size",
    /// Room on the left of the picture, in eye distances.
    LeftwardCrop => "leftward_crop_of_the_face_image",
    /// Room on the right.
    RightwardCrop => "rightward_crop_of_the_face_image",
    /// Room above the eyes, in distances from eyes to chin.
    MarginAbove => "margin_above_of_the_face_image",
    /// Room below the eyes.
    MarginBelow => "margin_below_of_the_face_image",
    /// Lid distance of the less open eye over eyes to chin.
    EyesOpen => "eyes_open",
    /// Lip distance over eyes to chin.
    MouthClosed => "mouth_closed",
    /// Nothing (hair, glare, a hand) lies over the eyes.
    EyesVisible => "eyes_visible",
    /// Nothing lies over the mouth.
    MouthOcclusion => "mouth_occlusion_prevention",
    /// Nothing lies over the face.
    FaceOcclusion => "face_occlusion_prevention",
    /// Left and right cheek alike.
    IlluminationUniformity => "illumination_uniformity",
    /// Mean luminance of the face.
    LuminanceMean => "luminance_mean",
    /// Its variance.
    LuminanceVariance => "luminance_variance",
    /// Entropy of the luminance, bits.
    DynamicRange => "dynamic_range",
    /// Share of black pixels in the face.
    UnderExposure => "under_exposure_prevention",
    /// Share of white pixels in the face.
    OverExposure => "over_exposure_prevention",
    /// Distance of the cheeks' colour from the range of skin, CIELAB.
    NaturalColour => "natural_colour",
    /// Evenness of what lies behind.
    BackgroundUniformity => "background_uniformity",
    /// The colour behind is the one the birth year asks for. The house's own.
    BackdropColour => "backdrop_colour",
    /// Fine detail where a face has some.
    Sharpness => "sharpness",
    /// Traces of strong compression.
    CompressionArtifacts => "compression_artifacts",
    /// Pupils that flash red. The house's own.
    RedEye => "red_eye",
    /// Spectacles. The house's own.
    Glasses => "glasses",
    /// Eyes look past the camera. The house's own.
    Gaze => "gaze",
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assessment {
    /// Which check.
    pub check: Check,
    /// The value measured, in the check's own unit.
    pub raw: f32,
    /// 0 (useless) to 100 (perfect).
    pub score: u8,
    /// Whether it is good enough for the card.
    pub pass: bool,
}

/// What lies behind the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backdrop {
    /// Born in an odd year.
    Red,
    /// Born in an even year.
    Blue,
    /// Foreign resident.
    Orange,
    /// Another colour.
    Other,
    /// Of one colour here and of another there.
    Uneven,
}

/// The backdrop as seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Background {
    /// Its class.
    pub class: Backdrop,
    /// 0..=100: how even and how clearly of that class.
    pub score: u8,
}

/// The whole in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every hard check holds.
    Pass,
    /// At least one does not.
    Fail,
    /// There is no face; nothing else was judged.
    NoFace,
    /// There are several, and none is clearly the sitter.
    ManyFaces,
}

/// The one thing to do before the next shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// Nobody is in the picture.
    NoFace,
    /// Somebody else is in the picture.
    OnlyOne,
    /// What is seen is a drawing or a print, not a person.
    NotAPerson,
    /// Turn the head towards the picture's left or right: `Left` when the face looks to the picture's right.
    TurnLeft,
    /// See [`Advice::TurnLeft`].
    TurnRight,
    /// Chin down.
    ChinDown,
    /// Chin up.
    ChinUp,
    /// Head upright.
    HeadUpright,
    /// Come closer.
    Closer,
    /// Go farther away.
    Farther,
    /// Move to the picture's left.
    MoveLeft,
    /// Move to the picture's right.
    MoveRight,
    /// Raise the chair or lower the camera: the face is too low in the picture.
    MoveUp,
    /// The face is too high in the picture.
    MoveDown,
    /// Open the eyes.
    OpenEyes,
    /// Close the mouth.
    CloseMouth,
    /// Uncover the eyes.
    UncoverEyes,
    /// Uncover the mouth.
    UncoverMouth,
    /// Uncover the face.
    UncoverFace,
    /// Take off the glasses.
    TakeOffGlasses,
    /// Look into the camera.
    LookAtCamera,
    /// One side of the face is darker: turn the lamps.
    EvenLight,
    /// More light.
    MoreLight,
    /// Less light.
    LessLight,
    /// Light of another colour, or white balance.
    NaturalLight,
    /// Flash from another place: the pupils are red.
    RedEyes,
    /// Hold still, or focus.
    HoldStill,
    /// The camera compresses too much.
    BetterFile,
    /// The backdrop must be of the right colour.
    ChangeBackdrop,
    /// The backdrop has folds, shadows or things in it.
    SmoothBackdrop,
}

/// All that is said of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Faces found.
    pub faces: usize,
    /// The whole.
    pub verdict: Verdict,
    /// Every check that could be made, in the order of [`Check::ALL`]; empty when there is no face.
    pub checks: Vec<Assessment>,
    /// The backdrop; `None` when there is no face.
    pub background: Option<Background>,
    /// Centres of the eyes, the picture's left one first.
    pub eyes: Option<[Point; 2]>,
    /// What to do first; `None` when nothing is left to wish for.
    pub advice: Option<Advice>,
    /// What failed: what stops the shot before what only advises, causes before consequences, the worst first. The
    /// advice is of the first.
    pub causes: Vec<Check>,
}

/// What the picture is judged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The backdrop the birth year asks for; `None` when it is not known and any of the three will do.
    pub backdrop: Option<Backdrop>,
    /// The card's pictures are to be cut from it: around the head there must be room for them.
    pub room: bool,
}

/// A person as the networks see him: everything the checks are computed from.
#[derive(Debug, Clone)]
pub struct Observation<'a> {
    /// The picture itself.
    pub image: &'a RgbImage,
    /// The part of it that becomes the portrait, pixels (left, top, width, height); geometry is judged within it.
    pub frame: (f32, f32, f32, f32),
    /// 478 points of the face mesh (468 of the surface, five of each iris), x and y in pixels, z in the same unit and
    /// smaller when nearer.
    pub points: &'a [[f32; 3]],
    /// Yaw, pitch and roll in degrees: yaw negative when the face is turned to the picture's left, pitch negative with
    /// the chin up, roll positive when the head is turned counter-clockwise in the picture.
    pub pose: [f32; 3],
    /// Probability (0..=1) that a pixel belongs to a person, over the whole picture.
    pub person: &'a Mask,
    /// Areas of all faces found, pixels, the largest first; the first is this one.
    pub areas: &'a [f32],
}

/// A map over a picture, coarser than it.
#[derive(Debug, Clone, PartialEq)]
pub struct Mask {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Rows from above, 0..=1.
    pub values: Vec<f32>,
}
