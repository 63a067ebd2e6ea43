//! Programs that must not compile, with the message each gets.

#[test]
fn each_mistake_gets_its_message() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*.rs");
}
