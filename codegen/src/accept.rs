//! Take a new document in place of the old one: all of it or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::agree::SURFACE;
use crate::callers::Callers;
use crate::diff::{self, Report};
use crate::{Error, Generated, document, fixes, incoming, names, source, types};

/// Everything is made in here, and what it replaces is kept here until all of it is in place.
const WORKSHOP: &str = ".accepting";

/// What is to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The folder of the service.
    pub spec_dir: &'a Path,
    /// The new document; its bytes are kept as they are.
    pub file: &'a Path,
    /// Fixes to delete, by file name.
    pub dropped: &'a [String],
    /// The day it was retrieved, as `source.toml` has it.
    pub date: &'a str,
}

/// What was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// What is different from before.
    pub report: Report,
    /// What was made of it.
    pub generated: Generated,
    /// The document's checksum.
    pub sha256: String,
}

/// Accept a document: it is read, fixed, compared and generated from beside the old one, and put in its place at the end.
///
/// # Errors
/// When the document is no OpenAPI 3 document, fixes do not fit it, or nothing can be generated from it. Everything is then
/// as it was.
pub fn accept(wish: Wish<'_>, callers: &Callers) -> Result<Accepted, Error> {
    let dropped = dropped(wish)?;
    let bytes = fs::read(wish.file).map_err(|cause| Error::Unreadable { path: wish.file.to_path_buf(), cause })?;
    let new = incoming::read(wish.spec_dir, wish.file)?;
    let report = diff::report(wish.spec_dir, new.clone(), callers)?;

    let workshop = Workshop::open(wish.spec_dir)?;
    workshop.write(document::FILE_NAME, &bytes)?;
    for name in [names::FILE_NAME, types::FILE_NAME] {
        let file = wish.spec_dir.join(name);
        if file.exists() {
            let bytes = fs::read(&file).map_err(|cause| Error::Unreadable { path: file, cause })?;
            workshop.write(name, &bytes)?;
        }
    }
    for file in fixes::files(wish.spec_dir)?.iter().filter(|file| !dropped.contains(file)) {
        workshop.copy_fix(file)?;
    }
    let mut misfits = fixes::apply_fitting(&mut new.clone(), &workshop.folder)?;
    if !misfits.is_empty() {
        for misfit in &mut misfits {
            misfit.file = wish.spec_dir.join(misfit.file.strip_prefix(&workshop.folder).unwrap_or(&misfit.file));
        }
        return Err(Error::FixesDoNotFit(misfits));
    }
    let generated = crate::generate(&workshop.folder)?;
    let sha256 = source::sha256_of(&bytes);
    workshop.write(source::FILE_NAME, source_text(wish, &new, &sha256)?.as_bytes())?;
    workshop.write(SURFACE, generated.surface.as_bytes())?;
    workshop.write(types::FILE_NAME, types::text(&new).as_bytes())?;
    workshop.put_in_place(wish.spec_dir, &dropped)?;
    Ok(Accepted { report, generated, sha256 })
}

/// The files of the fixes to drop, which must be there.
fn dropped(wish: Wish<'_>) -> Result<Vec<PathBuf>, Error> {
    let files = fixes::files(wish.spec_dir)?;
    let name = |file: &Path| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    wish.dropped
        .iter()
        .map(|wanted| {
            let found =
                files.iter().find(|file| name(file).trim_end_matches(".toml") == wanted.trim_end_matches(".toml"));
            let known = || files.iter().map(|file| name(file)).collect::<Vec<_>>().join(", ");
            found.cloned().ok_or_else(|| Error::UnknownFix { name: wanted.clone(), known: known() })
        })
        .collect()
}

/// `source.toml` with the checksum, the day and the version of the new document; what else it says is for a person to mend.
fn source_text(wish: Wish<'_>, new: &serde_json::Value, sha256: &str) -> Result<String, Error> {
    let path = wish.spec_dir.join(source::FILE_NAME);
    let text = fs::read_to_string(&path).map_err(|cause| Error::Unreadable { path: path.clone(), cause })?;
    let text = source::with_line(&source::with_sha256(&path, &text, sha256)?, "retrieved", wish.date);
    let version = new.get("info").and_then(|info| info.get("version")?.as_str());
    Ok(version.map_or(text.clone(), |version| source::with_line(&text, "version", version)))
}

/// The folder in which everything is made. It is deleted when this is dropped, whatever happened.
struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    fn open(spec_dir: &Path) -> Result<Self, Error> {
        let folder = spec_dir.join(WORKSHOP);
        match fs::create_dir(&folder) {
            Ok(()) => {}
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(Error::Accepting { path: folder });
            }
            Err(cause) => return Err(Error::Unwritable { path: folder, cause }),
        }
        let workshop = Self { folder };
        for folder in [workshop.folder.join(fixes::FOLDER), workshop.before().join(fixes::FOLDER)] {
            fs::create_dir_all(&folder).map_err(|cause| Error::Unwritable { path: folder, cause })?;
        }
        Ok(workshop)
    }

    /// Where what is replaced is kept until the end.
    fn before(&self) -> PathBuf {
        self.folder.join("before")
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).map_err(|cause| Error::Unwritable { path, cause })
    }

    fn copy_fix(&self, file: &Path) -> Result<(), Error> {
        let path = self.folder.join(fixes::FOLDER).join(file.file_name().unwrap_or_default());
        fs::copy(file, &path).map_err(|cause| Error::Unwritable { path, cause })?;
        Ok(())
    }

    /// Move everything to where it belongs; when one move fails, those before it are taken back.
    fn put_in_place(&self, spec_dir: &Path, dropped: &[PathBuf]) -> Result<(), Error> {
        let mut moves: Vec<(PathBuf, PathBuf)> = Vec::new();
        let fix = |file: &Path| Path::new(fixes::FOLDER).join(file.file_name().unwrap_or_default());
        moves.extend(dropped.iter().map(|file| (file.clone(), self.before().join(fix(file)))));
        for name in [document::FILE_NAME, SURFACE, types::FILE_NAME, source::FILE_NAME] {
            let place = spec_dir.join(name);
            if place.exists() {
                moves.push((place.clone(), self.before().join(name)));
            }
            moves.push((self.folder.join(name), place));
        }
        for (done, (from, to)) in moves.iter().enumerate() {
            if let Err(cause) = fs::rename(from, to) {
                for (from, to) in moves.iter().take(done).rev() {
                    // There is nobody left to tell but the person who reads of the first failure.
                    let _ = fs::rename(to, from);
                }
                return Err(Error::Unwritable { path: to.clone(), cause });
            }
        }
        Ok(())
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What is left of it is named by the next attempt.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_that_fails_takes_back_those_before_it() {
        let service = tempfile::TempDir::new().unwrap();
        for (name, text) in
            [(document::FILE_NAME, "old document"), (SURFACE, "old surface"), (source::FILE_NAME, "old")]
        {
            fs::write(service.path().join(name), text).unwrap();
        }
        let workshop = Workshop::open(service.path()).unwrap();
        workshop.write(document::FILE_NAME, b"new document").unwrap();
        workshop.write(source::FILE_NAME, b"new").unwrap();
        // The surface was never made, so its move fails when the document is already in place.
        let error = workshop.put_in_place(service.path(), &[]).unwrap_err();
        assert!(error.to_string().contains(SURFACE), "{error}");
        for (name, text) in
            [(document::FILE_NAME, "old document"), (SURFACE, "old surface"), (source::FILE_NAME, "old")]
        {
            assert_eq!(fs::read_to_string(service.path().join(name)).unwrap(), text);
        }
        drop(workshop);
        assert_eq!(fs::read_dir(service.path()).unwrap().count(), 3, "the workshop is gone");
    }
}
