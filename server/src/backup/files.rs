//! Files of a backup: readable by their owner only, synced to the disk, and verified by checksum.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Creates a file that only its owner can read; fails if it exists.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a new file and syncs it.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Copies into a new file. Returns the checksum of what was written.
pub fn copy(from: &Path, to: &Path) -> io::Result<String> {
    let mut source = File::open(from)?;
    let mut target = create(to)?;
    let sum = pass_on(&mut source, &mut target)?;
    target.sync_all()?;
    Ok(sum)
}

/// Returns a file's SHA-256 in hexadecimal.
pub fn checksum(path: &Path) -> io::Result<String> {
    pass_on(&mut File::open(path)?, &mut io::sink())
}

/// Returns a text's SHA-256 in hexadecimal.
pub fn checksum_of(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn pass_on(from: &mut impl Read, to: &mut impl Write) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(hexadecimal(&hash.finalize()));
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Creates a folder that only its owner can open.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Restricts a file that another program wrote to its owner, and syncs it.
pub fn settle(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    File::open(path)?.sync_all()
}

/// Appends an ending to the last component of a path.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    // Going through components drops a trailing slash.
    let mut name = path.components().as_path().as_os_str().to_owned();
    name.push(ending);
    name.into()
}
