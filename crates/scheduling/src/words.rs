//! Enums that are kept, and that programs see, as words.

/// A word that is none of those an enum knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a word known here")]
pub struct UnknownWord(pub String);

impl UnknownWord {
    #[doc(hidden)]
    pub fn of(word: &str) -> Self {
        Self(word.chars().take(40).collect())
    }
}

/// Makes an enum of words: it is written, parsed and serialised as its variant's word.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::ids::Serialize, $crate::ids::Deserialize
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All there are, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that is kept, and that programs see.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err($crate::words::UnknownWord::of(other)),
                }
            }
        }
    };
}

pub(crate) use text_enum;
