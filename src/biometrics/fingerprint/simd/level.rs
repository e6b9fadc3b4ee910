//! Which instructions of the processor the engine uses.

use std::sync::OnceLock;

/// Instruction sets the kernel is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SimdLevel {
    /// Plain Rust.
    Portable,
    /// 256-bit vectors.
    Avx2,
    /// 512-bit vectors with population count.
    Avx512,
}

/// The instruction set cannot be forced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SimdError {
    /// This processor does not have it.
    #[error("this processor has no {0:?}")]
    Unavailable(SimdLevel),
    /// A comparison already ran with another one, or another one was forced before.
    #[error("the instruction set is already {0:?}")]
    Decided(SimdLevel),
}

static LEVEL: OnceLock<SimdLevel> = OnceLock::new();

impl SimdLevel {
    /// Every level of this processor, slowest first.
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512].into_iter().filter(|l| l.exists()).collect()
    }

    /// The level in use: the forced one, else the best there is.
    pub fn current() -> Self {
        *LEVEL.get_or_init(|| Self::available().pop().unwrap_or(Self::Portable))
    }

    /// Uses this level from now on; possible once, before the first comparison of the process.
    pub fn force(self) -> Result<(), SimdError> {
        if !self.exists() {
            return Err(SimdError::Unavailable(self));
        }
        let decided = *LEVEL.get_or_init(|| self);
        if decided == self { Ok(()) } else { Err(SimdError::Decided(decided)) }
    }

    /// The word for it: `portable`, `avx2` or `avx512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    #[cfg(target_arch = "x86_64")]
    pub(super) fn exists(self) -> bool {
        match self {
            Self::Portable => true,
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt"),
            Self::Avx512 => {
                Self::Avx2.exists()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vpopcntdq")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn exists(self) -> bool {
        self == Self::Portable
    }
}
