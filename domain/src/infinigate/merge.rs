//! Two lists as one, the newest first.

/// Merges by taking the newer of the two first rows, again and again.
///
/// Sorting everything would be wrong: of each list only a first part is known, and pages of the result must neither
/// repeat nor miss a row even if upstream's order is not the one it seems to be.
pub fn newest_first<T, K: PartialOrd>(one: Vec<T>, other: Vec<T>, date: impl Fn(&T) -> K) -> Vec<T> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    while let (Some(left), Some(right)) = (one.peek(), other.peek()) {
        let newer = if date(right) > date(left) { other.next() } else { one.next() };
        merged.extend(newer);
    }
    merged.extend(one);
    merged.extend(other);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sorted_lists_become_one_sorted_list() {
        assert_eq!(newest_first(vec![9, 7, 3], vec![8, 7, 1, 0], |day| *day), [9, 8, 7, 7, 3, 1, 0]);
        assert_eq!(newest_first(vec![], vec![2, 1], |day| *day), [2, 1]);
    }

    #[test]
    fn the_beginning_stays_the_same_however_much_of_the_lists_is_known() {
        let (one, other) = (vec![5, 9, 4, 8, 1], vec![7, 2, 6, 3]);
        let whole = newest_first(one.clone(), other.clone(), |day| *day);
        let part =
            newest_first(one.iter().take(3).copied().collect(), other.iter().take(3).copied().collect(), |day| *day);
        assert_eq!(part.iter().take(3).collect::<Vec<_>>(), whole.iter().take(3).collect::<Vec<_>>());
    }
}
