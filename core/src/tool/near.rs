//! The nearest of several names to one that was mistyped.

/// Characters of a name that are compared; comparing takes their number squared.
const MOST: usize = 100;

/// The candidate that is most like `name`, unless none is like it.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // What is that long is no slip of the finger.
    if name.len() > MOST * 4 {
        return None;
    }
    let wanted = beginning(name);
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &beginning(candidate)), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// Up to `most` candidates, the most alike first.
pub fn nearest_few<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let wanted = beginning(name);
    let mut rated: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, &beginning(candidate)), candidate))
        .collect();
    rated.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    rated.into_iter().take(most).map(|(_, candidate)| candidate).collect()
}

fn beginning(name: &str) -> String {
    name.chars().take(MOST).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_a_stranger_is_not() {
        assert_eq!(nearest("documnet_number", ["document_number", "take"]), Some("document_number"));
        assert_eq!(nearest("zzz", ["document_number", "take"]), None);
    }
}
