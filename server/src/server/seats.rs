//! The places for connections: who waits, who is served, how many one address has, and who must go when there is no room.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// All places of one server.
pub struct Seats {
    most: usize,
    most_of_one: usize,
    table: Mutex<Table>,
    /// Counts what happens, which is all the time that is needed to know who has waited longest.
    ticks: AtomicU64,
}

#[derive(Default)]
struct Table {
    seats: HashMap<u64, Arc<Seat>>,
    /// How many connections, or requests that proxies brought, each address has.
    of_address: HashMap<IpAddr, usize>,
}

/// The place of one connection.
pub struct Seat {
    /// Whose it is; nobody's while a proxy holds it, which speaks for many.
    address: Option<IpAddr>,
    /// The tick since which it waits for a request; zero while one is answered.
    waits_since: AtomicU64,
    /// The tick since which the body of a request is on its way; zero when none is.
    sends_since: AtomicU64,
    /// How many requests it has begun.
    requests: AtomicU64,
    /// Ends the connection in favour of another one.
    leave: CancellationToken,
}

/// A place that is free again when this is dropped.
pub struct Taken {
    number: u64,
    seat: Arc<Seat>,
    seats: Arc<Seats>,
}

/// A request under way; when it is dropped, the connection waits for the next one.
pub struct UnderWay {
    seat: Arc<Seat>,
    seats: Arc<Seats>,
    brought_for: Option<IpAddr>,
}

/// A body on its way; once it has come or nobody wants it any more, its connection need not make room.
pub struct Arriving {
    seat: Arc<Seat>,
    since: u64,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlace {
    /// Every connection is being served.
    Full,
    /// This address has as many as one address may have.
    TooManyOfOne,
}

impl Seats {
    /// Places for `most` connections, of which one address may have `most_of_one`.
    pub fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, table: Mutex::default(), ticks: AtomicU64::new(1) })
    }

    /// How many there are.
    pub fn most(&self) -> usize {
        self.most
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `address`. When all are taken, a connection of the address with the most of them makes
    /// room, the one that has kept this server waiting longest. Where every one is being served, there is none.
    ///
    /// # Errors
    /// [`NoPlace`] says why there is none.
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Taken, NoPlace> {
        let number = self.tick();
        let seat = Arc::new(Seat {
            address,
            waits_since: AtomicU64::new(number),
            sends_since: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            leave: CancellationToken::new(),
        });
        let mut table = self.table();
        let is_over = address.is_some_and(|address| table.of(address) >= self.most_of_one);
        if is_over && !table.send_away(|seat| seat.address == address) {
            return Err(NoPlace::TooManyOfOne);
        }
        if table.seats.len() >= self.most && !table.send_away(|_| true) {
            return Err(NoPlace::Full);
        }
        table.count(address);
        table.seats.insert(number, seat.clone());
        drop(table);
        Ok(Taken { number, seat, seats: self.clone() })
    }

    /// Sends the connection away that has kept this server waiting longest, where there is one.
    pub fn make_room(&self) {
        self.table().send_away(|_| true);
    }
}

impl Table {
    fn of(&self, address: IpAddr) -> usize {
        self.of_address.get(&address).copied().unwrap_or_default()
    }

    fn count(&mut self, address: Option<IpAddr>) {
        if let Some(address) = address {
            *self.of_address.entry(address).or_default() += 1;
        }
    }

    fn uncount(&mut self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        match self.of_address.get_mut(&address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(self.of_address.remove(&address)),
        }
    }

    fn remove(&mut self, number: u64) -> Option<Arc<Seat>> {
        let seat = self.seats.remove(&number)?;
        self.uncount(seat.address);
        Some(seat)
    }

    /// Sends one of these connections away.
    fn send_away(&mut self, may_go: impl Fn(&Seat) -> bool) -> bool {
        let waiting = self.seats.iter().filter(|(_, seat)| may_go(seat));
        let waiting = waiting.filter_map(|(number, seat)| {
            let of_address = seat.address.map(|address| self.of(address)).unwrap_or_default();
            Some(((usize::MAX - of_address, seat.keeps_waiting_since()?), *number))
        });
        let longest = waiting.min().map(|(_, number)| number);
        let Some(seat) = longest.and_then(|number| self.remove(number)) else { return false };
        seat.leave.cancel();
        true
    }
}

impl Seat {
    /// Whether it waits for a request.
    pub fn is_waiting(&self) -> bool {
        self.waits_since.load(Ordering::Relaxed) != 0
    }

    /// How many requests it has begun.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The tick since which it is the client's turn: to begin a request, or to send the rest of one.
    fn keeps_waiting_since(&self) -> Option<u64> {
        let since = |tick: &AtomicU64| Some(tick.load(Ordering::Relaxed)).filter(|tick| *tick != 0);
        since(&self.waits_since).or_else(|| since(&self.sends_since))
    }
}

impl Taken {
    /// Notes that a request has begun; `brought_for` is whose it is, where the connection is a proxy's.
    ///
    /// # Errors
    /// When so many requests of that address are under way already.
    pub fn serve(&self, brought_for: Option<IpAddr>) -> Result<UnderWay, NoPlace> {
        if let Some(address) = brought_for {
            let mut table = self.seats.table();
            if table.of(address) >= self.seats.most_of_one {
                return Err(NoPlace::TooManyOfOne);
            }
            table.count(brought_for);
        }
        self.seat.waits_since.store(0, Ordering::Relaxed);
        self.seat.requests.fetch_add(1, Ordering::Relaxed);
        Ok(UnderWay { seat: self.seat.clone(), seats: self.seats.clone(), brought_for })
    }

    /// Notes that the body of the request is on its way.
    pub fn arriving(&self) -> Arriving {
        let since = self.seats.tick();
        self.seat.sends_since.store(since, Ordering::Relaxed);
        Arriving { seat: self.seat.clone(), since }
    }

    /// Done when another connection needs the place.
    pub async fn asked_to_leave(&self) {
        self.seat.leave.cancelled().await;
    }

    /// The place itself.
    pub fn seat(&self) -> &Arc<Seat> {
        &self.seat
    }
}

impl Arriving {
    /// Told when the connection must make room.
    pub fn leave(&self) -> CancellationToken {
        self.seat.leave.clone()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.seats.table().remove(self.number);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.seat.waits_since.store(self.seats.tick(), Ordering::Relaxed);
        if self.brought_for.is_some() {
            self.seats.table().uncount(self.brought_for);
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // Unless the next request has begun to send.
        let _ = self.seat.sends_since.compare_exchange(self.since, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const BOB: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2)));

    fn leaves(taken: &Taken) -> bool {
        taken.seat.leave.is_cancelled()
    }

    fn take(seats: &Arc<Seats>, address: Option<IpAddr>) -> Taken {
        seats.take(address).unwrap_or_else(|why| panic!("{why:?}"))
    }

    fn serve(taken: &Taken) -> UnderWay {
        taken.serve(None).unwrap_or_else(|why| panic!("{why:?}"))
    }

    #[test]
    fn whoever_has_waited_longest_makes_room_and_nobody_who_is_served() {
        let seats = Seats::new(3, 3);
        let [first, second, third] = [(); 3].map(|()| take(&seats, None));
        let under_way = serve(&first);
        drop(serve(&second));
        let fourth = take(&seats, None);
        assert_eq!([&first, &second, &third, &fourth].map(leaves), [false, false, true, false]);
        let fifth = take(&seats, None);
        assert_eq!([&first, &second, &fourth, &fifth].map(leaves), [false, true, false, false]);
        let served = [serve(&fourth), serve(&fifth)];
        assert_eq!(seats.take(None).err(), Some(NoPlace::Full), "every one is being served");
        drop(under_way);
        assert!(seats.take(None).is_ok() && leaves(&first));
        drop(served);
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_is_gone() {
        let seats = Seats::new(1, 1);
        drop(serve(&take(&seats, ANA)));
        let only = take(&seats, ANA);
        let _under_way = serve(&only);
        assert!(seats.take(BOB).is_err());
        drop(only);
        assert!(seats.take(BOB).is_ok());
        assert!(seats.table().of_address.is_empty(), "nobody is remembered for nothing");
    }

    #[test]
    fn a_request_whose_body_is_on_its_way_makes_room_until_it_has_come() {
        let seats = Seats::new(2, 2);
        let [slow, quick] = [(); 2].map(|()| take(&seats, ANA));
        let (_answer, arriving) = (serve(&slow), slow.arriving());
        let (_other, come) = (serve(&quick), quick.arriving());
        drop(come);
        let third = take(&seats, BOB);
        assert_eq!([&slow, &quick].map(leaves), [true, false]);
        let _served = serve(&third);
        assert!(seats.take(BOB).is_err(), "what has come is answered");
        drop(arriving);
    }

    #[test]
    fn the_address_with_the_most_connections_makes_room_and_has_a_limit() {
        let seats = Seats::new(4, 3);
        let early = take(&seats, BOB);
        let [first, second, third] = [(); 3].map(|()| take(&seats, ANA));
        let newest = take(&seats, BOB);
        assert_eq!([&early, &first, &second].map(leaves), [false, true, false], "not who came first");
        drop(newest);
        let fourth = take(&seats, ANA);
        let fifth = take(&seats, ANA);
        assert_eq!(
            [&early, &second, &third].map(leaves),
            [false, true, false],
            "whoever has too many makes room alone"
        );
        let _served = [&third, &fourth, &fifth].map(serve);
        assert_eq!(seats.take(ANA).err(), Some(NoPlace::TooManyOfOne));
    }

    #[test]
    fn a_proxy_has_no_limit_and_those_it_speaks_for_have() {
        let seats = Seats::new(9, 1);
        let [one, two, three] = [(); 3].map(|()| take(&seats, None));
        let under_way = one.serve(ANA).unwrap_or_else(|why| panic!("{why:?}"));
        assert_eq!(two.serve(ANA).err(), Some(NoPlace::TooManyOfOne));
        assert!(three.serve(BOB).is_ok());
        drop(under_way);
        assert!(two.serve(ANA).is_ok());
    }
}
