//! The smallest program: how long the operating system alone takes to start and end one.

fn main() {
    println!("hello, world");
}
