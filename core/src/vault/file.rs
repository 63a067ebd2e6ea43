//! Files of users and credentials on disk: replaced as a whole, kept from other eyes, changed by one command at a time.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::Error;

/// Longest wait for another command to finish.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the name of a file begins that was not finished: `.credentials.enc.json.`, and random letters after it.
const UNFINISHED: &str = ".unfinished";

/// The text of a file.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|cause| Error::Read { path: path.into(), cause })
}

/// Puts `text` in the place of what is there, as a whole: whoever reads sees the old text or the new one, and a crash at
/// any moment leaves one of the two. It is for its owner only.
///
/// # Errors
/// When it cannot be written; then the old text is still there.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |cause| Error::Write { path: path.into(), cause };
    // A symbolic link stays one; what it points at is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = folder_of(&path);
    make_folder(&folder).map_err(failed)?;
    sweep(&path, &folder);
    let mut file = tempfile::Builder::new()
        .prefix(&unfinished(&path))
        .suffix(UNFINISHED)
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(&folder)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    keep_owner(&path, file.as_file()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    // The new name itself is on the disk only once its folder is.
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Writes a file that must not be there yet, for its owner only.
///
/// # Errors
/// When it is there, or cannot be written.
pub fn create(path: &Path, text: &str) -> Result<(), Error> {
    let failed = |cause| Error::Write { path: path.into(), cause };
    make_folder(&folder_of(path)).map_err(failed)?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// The folder of a file; the current one for a bare name.
fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn unfinished(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Takes away what a killed command left unfinished. Whoever replaces holds the lock, so nobody is still writing it.
fn sweep(path: &Path, folder: &Path) {
    let begins = unfinished(path);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&begins) && name.ends_with(UNFINISHED) && fs::remove_file(entry.path()).is_err() {
            tracing::debug!(file = %entry.path().display(), "an unfinished file could not be taken away");
        }
    }
}

/// A command run by root must not take a file away from the user that the server runs as.
fn keep_owner(old: &Path, new: &File) -> io::Result<()> {
    let Ok(old) = fs::metadata(old) else { return Ok(()) };
    let made = new.metadata()?;
    let differs = (old.uid(), old.gid()) != (made.uid(), made.gid());
    if differs && fchown(new, Some(old.uid()), Some(old.gid())).is_err() {
        tracing::debug!("only root can keep the owner of a file; it is now the one of whoever changed it");
    }
    Ok(())
}

/// What to do when others than the owner may read or change the file.
pub fn exposure(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.mode();
    (mode & 0o077 != 0).then(|| {
        format!(
            "{} is open to other users of this machine (mode {:o}); mend it with: chmod 600 '{}'",
            path.display(),
            mode & 0o777,
            path.display()
        )
    })
}

/// What tells one state of a file from another without reading it. The time of the last status change is part of it: a
/// mended permission is a reason to look again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(Option<(u64, u64, i64, i64, i64, i64)>);

impl Stamp {
    pub fn of(path: &Path) -> Self {
        let stamp = |data: Metadata| {
            (data.ino(), data.size(), data.mtime(), data.mtime_nsec(), data.ctime(), data.ctime_nsec())
        };
        Self(fs::metadata(path).ok().map(stamp))
    }
}

/// Held while a command reads, changes and writes. It is let go with the process, however that ends.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Waits a while for whoever holds it.
    pub fn take(beside: &Path) -> Result<Self, Error> {
        let mut name = beside.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let failed = |cause| Error::Write { path: path.clone(), cause };
        make_folder(&folder_of(&path)).map_err(failed)?;
        // Never removed: another command could be waiting for this very file.
        let file =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Refused(format!(
                        "another command has been changing the same files for {} seconds. Nothing was changed. Let it finish and run this one again.",
                        PATIENCE.as_secs()
                    )));
                }
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/deep/file.json");
        replace(&path, "one").unwrap();
        let inode = fs::metadata(&path).unwrap().ino();
        let mut before = File::open(&path).unwrap();
        replace(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(io::read_to_string(&mut before).unwrap(), "one", "a reader keeps what it has opened");
        let data = fs::metadata(&path).unwrap();
        assert_ne!(data.ino(), inode);
        assert_eq!((data.mode() & 0o777, exposure(&path)), (0o600, None));
        assert_eq!(fs::metadata(folder.path().join("new")).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing unfinished stays");
    }

    #[test]
    fn what_a_killed_command_left_is_swept_and_never_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        replace(&path, "old").unwrap();
        let left = folder.path().join(format!("{}x1{UNFINISHED}", unfinished(&path)));
        fs::write(&left, "hal").unwrap();
        fs::write(folder.path().join(".file.json.mine"), "a file of somebody else").unwrap();
        assert_eq!(read(&path).unwrap(), "old");
        replace(&path, "new").unwrap();
        assert!(!left.exists() && folder.path().join(".file.json.mine").exists());
    }

    #[test]
    fn a_link_stays_a_link_and_open_permissions_are_told_with_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("file.json"), folder.path().join("link.json"));
        replace(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        replace(&link, "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let told = exposure(&path).unwrap();
        assert!(told.contains("mode 644") && told.contains("chmod 600"), "{told}");
    }
}
