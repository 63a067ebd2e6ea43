//! The server's picture, small enough to travel inside the message that introduces it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::Icon;

/// A loop on a dark ground: readable at sixteen pixels, on light and on dark.
const LOOP: &str = concat!(
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="11" fill="#17405f"/>"##,
    r##"<path d="M24 24c-4-6-7-8-10.5-8a8 8 0 0 0 0 16c3.5 0 6.5-2 10.5-8s7-8 10.5-8a8 8 0 0 1 0 16c-3.5 0-6.5-2-10.5-8z" "##,
    r##"fill="none" stroke="#fff" stroke-width="4.5"/></svg>"##
);

/// The icons of the server. Tools have none: every list of tools would carry them to a model that cannot see them.
pub fn icons() -> Vec<Icon> {
    let source = format!("data:image/svg+xml;base64,{}", STANDARD.encode(LOOP));
    vec![Icon::new(source).with_mime_type("image/svg+xml").with_sizes(vec!["any".to_owned()])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_small_and_runs_nothing() {
        let icons = serde_json::to_value(icons()).unwrap();
        assert!(icons.to_string().len() < 800, "{icons}");
        assert!(!LOOP.contains("script") && !LOOP.contains("href"));
    }
}
