//! Is a JPEG image whole?
//!
//! A cable pulled out in the middle of a picture, or a file copied half, leaves a JPEG stream without its end. Decoders
//! fill what is missing with grey, and a half grey eye or face would pass for a whole one.

/// Whether bytes begin as a JPEG image does but lack the marker of its end (ITU-T T.81, B.1.1.3) behind the last scan.
/// Within a scan the marker cannot occur.
pub fn is_cut(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|pair| pair == marker);
    bytes.starts_with(&[0xff, 0xd8]) && last([0xff, 0xd9]) <= last([0xff, 0xda])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_behind_the_last_scan_makes_an_image_whole() {
        let [start, scan, end] = [&[0xff, 0xd8][..], &[0xff, 0xda, 1, 2, 3], &[0xff, 0xd9]];
        assert!(!is_cut(&[start, scan, end].concat()));
        assert!(!is_cut(&[start, scan, end, &[0; 7]].concat()), "bytes behind the end do no harm");
        assert!(is_cut(&[start, scan].concat()));
        // A small picture inside the large one has an end of its own.
        assert!(is_cut(&[start, start, scan, end, scan].concat()));
        assert!(is_cut(start));
        assert!(!is_cut(b"\x89PNG"), "what is no JPEG image is not a cut one");
    }
}
