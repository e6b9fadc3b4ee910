//! What the library's codes and words mean to resident and operator.

use rekam_fingerprint_sys::Failure;
use rekam_hal::{DeviceErrorKind, Retry};

/// What to do differently, by the codes of `FpDeviceRetry`.
pub(super) fn advice(code: i32) -> Retry {
    match code {
        2 => Retry::NotCentred,
        3 => Retry::LiftFinger,
        _ => Retry::TooShort,
    }
}

/// What the operator must know. Codes are those of `FpDeviceError`; errors of the libraries below come as words.
pub(super) fn kind_of(failure: &Failure) -> DeviceErrorKind {
    match failure {
        Failure::Device { code: Failure::REMOVED, .. } => DeviceErrorKind::Gone,
        Failure::Device { code: 1, .. } => DeviceErrorKind::Unsupported,
        Failure::Device { code: 4, .. } | Failure::OtherThread => DeviceErrorKind::Busy,
        Failure::Device { code: 5 | 6, .. } => DeviceErrorKind::Protocol,
        Failure::Device { message: words, .. } | Failure::Other(words) => kind_by(words),
        Failure::Retry { .. } | Failure::Cancelled => DeviceErrorKind::Broken,
    }
}

fn kind_by(words: &str) -> DeviceErrorKind {
    let says = |known: &[&str]| known.iter().any(|known| words.contains(known));
    if says(&["ermission", "denied"]) {
        DeviceErrorKind::NoPermission
    } else if says(&["disconnected", "No such device"]) {
        DeviceErrorKind::Gone
    } else if says(&["busy", "Busy"]) {
        DeviceErrorKind::Busy
    } else {
        DeviceErrorKind::Broken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rekam_fingerprint_sys::Picture;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        /// 500 cases of 240 messages each: 120,000 inputs.
        #[test]
        fn whatever_the_library_says_is_an_image_advice_or_an_error(
            messages in prop::collection::vec((any::<i32>(), 0i32..300, any::<u8>(), "[a-zA-Z ]{0,12}"), 240),
        ) {
            for (wild, usual, which, words) in messages {
                let code = if which % 2 == 0 { wild } else { usual };
                let device = Failure::Device { code, message: words.clone() };
                let kind = kind_of(&device);
                assert_eq!(code == Failure::REMOVED, kind == DeviceErrorKind::Gone, "{device:?}");
                assert_eq!(kind_of(&Failure::Retry { code, message: words }), DeviceErrorKind::Broken);
                match advice(code) {
                    Retry::NotCentred => assert_eq!(code, 2),
                    Retry::LiftFinger => assert_eq!(code, 3),
                    other => assert_eq!(other, Retry::TooShort),
                }
                // Sides and bytes as a mutated message announces them.
                let (width, height) = (wild as u32 >> (which % 32), usual as u32);
                let bytes = (u64::from(width) * u64::from(height)).min(4096) as usize + usize::from(which % 3 == 0);
                match Picture::new(width, height, vec![0; bytes]) {
                    Ok(picture) => assert!(picture.pixels.len() as u64 == u64::from(width) * u64::from(height)),
                    Err(failure) => assert!(matches!(failure, Failure::Other(_))),
                }
            }
        }
    }

    #[test]
    fn words_of_the_libraries_below_are_understood() {
        for (words, kind) in [
            ("USB error on device 05ba:000a : Access denied (insufficient permissions)", DeviceErrorKind::NoPermission),
            ("failed to claim interface 0: Resource busy [-6]", DeviceErrorKind::Busy),
            ("USB error: No such device (it may have been disconnected) [-4]", DeviceErrorKind::Gone),
            ("something else", DeviceErrorKind::Broken),
        ] {
            assert_eq!(kind_of(&Failure::Other(words.to_owned())), kind, "{words}");
        }
    }
}
