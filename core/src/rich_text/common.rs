//! What two sequences have in common, of blocks or of the entries of a list.

/// Pairs that are compared; what is longer is compared only at its ends.
const MOST_PAIRS: usize = 4_000_000;

/// The longest common sequence, as pairs of places.
pub(super) fn common<T: PartialEq>(before: &[T], now: &[T]) -> Vec<(usize, usize)> {
    let head = before.iter().zip(now).take_while(|(one, other)| one == other).count();
    let (rest, new) = (before.get(head..).unwrap_or_default(), now.get(head..).unwrap_or_default());
    let tail = rest.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (rest, new) =
        (rest.get(..rest.len() - tail).unwrap_or_default(), new.get(..new.len() - tail).unwrap_or_default());
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    pairs.extend(common_between(rest, new).into_iter().map(|(one, other)| (one + head, other + head)));
    pairs.extend((0..tail).map(|at| (before.len() - tail + at, now.len() - tail + at)));
    pairs
}

fn common_between<T: PartialEq>(before: &[T], now: &[T]) -> Vec<(usize, usize)> {
    let width = now.len() + 1;
    if before.len().saturating_mul(width) > MOST_PAIRS {
        return Vec::new();
    }
    // How much is common from each pair of places on.
    let mut lengths = vec![0_u32; (before.len() + 1) * width];
    let at = |lengths: &[u32], one: usize, other: usize| lengths.get(one * width + other).copied().unwrap_or_default();
    for (one, block) in before.iter().enumerate().rev() {
        for (other, new) in now.iter().enumerate().rev() {
            let length = if block == new {
                at(&lengths, one + 1, other + 1) + 1
            } else {
                at(&lengths, one + 1, other).max(at(&lengths, one, other + 1))
            };
            if let Some(place) = lengths.get_mut(one * width + other) {
                *place = length;
            }
        }
    }
    let (mut pairs, mut one, mut other) = (Vec::new(), 0, 0);
    while let (Some(block), Some(new)) = (before.get(one), now.get(other)) {
        if block == new {
            pairs.push((one, other));
            (one, other) = (one + 1, other + 1);
        } else if at(&lengths, one + 1, other) >= at(&lengths, one, other + 1) {
            one += 1;
        } else {
            other += 1;
        }
    }
    pairs
}
