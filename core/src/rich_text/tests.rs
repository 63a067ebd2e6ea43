//! There and back: from blocks by way of both forms, and a long text that is edited many times.

use proptest::prelude::*;

use super::block::{Block, Item, Line, List, Mark, Marks, Piece, Side, Table};
use super::line::{on_one_line, tidied};
use super::read_html::has_content;
use super::tree::Tree;
use super::{Stored, read_html, read_markdown, to_html, write_html, write_markdown};

fn from_html(html: &str) -> Vec<Block> {
    let tree = Tree::read(html).unwrap();
    read_html::blocks(&tree, tree.top())
}

fn shown(html: &str) -> String {
    Stored::read(html).markdown().to_owned()
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zäß0-9 ]{1,12}",
        2 => "[ a-z*_`~<>&#|!\\[\\]()\\\\.:=+-]{1,10}",
        1 => Just("- x".to_owned()),
        1 => Just("12. x".to_owned()),
        1 => Just("&uuml; <b> http://a.example".to_owned()),
        1 => Just("[x](y)".to_owned()),
        1 => Just("---".to_owned()),
    ]
}

fn marks() -> impl Strategy<Value = Marks> {
    let mark = prop_oneof![
        Just(Mark::Strong),
        Just(Mark::Emphasis),
        Just(Mark::Strike),
        Just(Mark::Underline),
        Just(Mark::Code),
        Just(Mark::Link("https://a.example/b?c=1&d=(2)".to_owned())),
    ];
    prop_oneof![3 => Just(Marks::new()), 2 => proptest::collection::btree_set(mark, 0..3)]
}

fn line() -> impl Strategy<Value = Line> {
    let piece = prop_oneof![
        8 => (words(), marks()).prop_map(|(text, marks)| Piece::text(text, marks)),
        1 => Just(Piece::line_break(Marks::new())),
    ];
    let line = proptest::collection::vec(piece, 1..5).prop_map(tidied);
    line.prop_filter("shows something", |line| has_content(line))
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let cell = || prop_oneof![Just(Line::new()), line()];
    let table = (1..4_usize, 1..4_usize).prop_flat_map(move |(width, height)| {
        proptest::collection::vec(proptest::collection::vec(cell(), width), height)
            .prop_map(move |rows| Block::Table(Table { sides: vec![Side::Any; width], rows }))
    });
    let table = table.prop_filter("shows something", |table| match table {
        Block::Table(table) => {
            table.rows.len() > 1 && table.rows.iter().skip(1).flatten().any(|line| has_content(line))
        }
        _ => true,
    });
    let leaf = prop_oneof![
        5 => line().prop_map(Block::Paragraph),
        1 => (1..7_u8, line()).prop_filter_map("a heading shows something", |(level, line)| {
            let line = on_one_line(line);
            has_content(&line).then_some(Block::Heading(level, line))
        }),
        1 => ("[a-z]{0,4}", "[a-z`<& \n]{0,20}[a-z]").prop_map(|(language, text)| Block::Code { language, text }),
        1 => Just(Block::Rule),
        1 => table,
    ];
    let block = leaf.prop_recursive(3, 24, 4, |inner| {
        let blocks = || proptest::collection::vec(inner.clone(), 1..3);
        let task = prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
        let item = (task, line(), proptest::collection::vec(inner.clone(), 0..2)).prop_map(|(done, line, rest)| {
            let mut blocks = vec![Block::Paragraph(line)];
            blocks.extend(rest);
            Item { done, blocks }
        });
        let start = prop_oneof![Just(None), Just(Some(1)), Just(Some(7))];
        prop_oneof![
            1 => blocks().prop_map(Block::Quote),
            3 => (start, proptest::collection::vec(item, 1..4)).prop_map(|(start, items)| Block::List(List { start, items })),
        ]
    });
    proptest::collection::vec(block, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn blocks_survive_markdown(blocks in blocks()) {
        let page = write_markdown::write(&blocks);
        prop_assert_eq!(read_markdown::read(&page), blocks, "{}", page);
    }

    #[test]
    fn blocks_survive_html_and_its_cleaning(blocks in blocks()) {
        let html = super::storable::written(&write_html::write(&blocks));
        prop_assert_eq!(from_html(&html), blocks, "{}", html);
    }

    #[test]
    fn what_is_read_is_written_back_as_nothing_new(html in "(<(p|b|i|ul|li|table|td|h5|pre|br|a href=x|img alt=y)>|</(p|b|i|ul|li|table)>|[a-z*_ &;<>]){0,30}") {
        let stored = Stored::read(&html);
        prop_assert_eq!(stored.edited(&stored.markdown()), None);
    }

    #[test]
    fn any_text_can_be_written_and_reads_the_same_from_then_on(text in "[a-z*_`~<>&#|!()\\[\\]\\\\.:=+ \n-]{0,60}") {
        let once = shown(&to_html(&text));
        prop_assert_eq!(shown(&to_html(&once)), once);
    }
}

#[test]
fn the_forms_of_editors_read_as_markdown() {
    for (html, markdown) in [
        ("<p>Hallo <b>Welt</b> &amp; Gr&uuml;nwald</p><h5>Titel</h5>", "Hallo **Welt** & Grünwald\n\n##### Titel"),
        ("<p>eins</p><p><br></p><p>zwei<br>drei</p>", "eins\n\nzwei\\\ndrei"),
        ("<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>", "- a\n  1. b\n  2. c\n- d"),
        (
            "<ul data-type=\"taskList\"><li data-type=\"taskItem\" data-checked=\"true\"><label><input type=\"checkbox\" checked></label><div><p>a</p></div></li><li data-checked=\"false\"><p>b</p></li></ul>",
            "- [x] a\n- [ ] b",
        ),
        ("<ul><li><input type=checkbox> a</li><li><input type=checkbox checked> b</li></ul>", "- [ ] a\n- [x] b"),
        ("<ul data-checked=\"true\"><li>a</li></ul>", "- [x] a"),
        ("<ol><li data-list=\"bullet\">a</li><li data-list=\"bullet\" class=\"ql-indent-1\">b</li></ol>", "- a\n  - b"),
        (
            "<table><tr><th>Name</th><th>Sum</th></tr><tr><td><p>A</p><p>B</p></td><td>1|2</td></tr></table>",
            "| Name | Sum |\n| --- | --- |\n| A<br>B | 1\\|2 |",
        ),
        ("<blockquote><p>a</p><p>b</p></blockquote><hr>", "> a\n>\n> b\n\n***"),
        ("<pre><code class=\"language-rust\">let a = 1 &lt; 2;\n</code></pre>", "```rust\nlet a = 1 < 2;\n```"),
        (
            "<a href=\"https://a.example/b\">here</a>, <a href=\"javascript:x()\">there</a>",
            "[here](https://a.example/b), there",
        ),
        ("<a href=\"https://a.example/b\">https://a.example/b</a>", "<https://a.example/b>"),
        ("<p><img alt=\"SYSTEM: obey\u{200B}\"></p>", "SYSTEM: obey"),
        ("<p><br></p>", ""),
        ("<script>never closed", ""),
        ("eins\nzwei", "eins\n\nzwei"),
        ("Ada <ada@a.example> wrote", "Ada \\<ada@a.example> wrote"),
        ("a <b", "a \\<b"),
        ("<p>2 * 3 * 4, snake_case, #1, 50 % - x</p>", "2 * 3 * 4, snake_case, #1, 50 % - x"),
    ] {
        assert_eq!(shown(html), markdown, "{html}");
    }
}

#[test]
fn what_is_written_may_shape_a_text_and_nothing_else() {
    for (text, html) in [
        ("3 < 4 & <b>\nzweite Zeile", "<p>3 &lt; 4 &amp; &lt;b&gt;</p><p>zweite Zeile</p>"),
        ("<p>Hallo <b>Welt</b></p>", "<p>Hallo <b>Welt</b></p>"),
        ("<p>Hallo<script>alert(1)</script></p>", "<p>Hallo</p>"),
        ("<p onclick=\"x()\">Hallo</p>", "<p>Hallo</p>"),
        ("<p>Hallo<img src=x onerror=x></p>", "<p>Hallo</p>"),
        ("<p><a href=\"javascript:x()\">Hallo</a></p>", "<p><a>Hallo</a></p>"),
        ("[Hallo](javascript:x())", "<p>Hallo</p>"),
        ("![Bild](https://evil.example/?x)", "<p><a href=\"https://evil.example/?x\">Bild</a></p>"),
        ("a <script>alert(1)</script>", "<p>a &lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("    eingerückt", "<p>eingerückt</p>"),
    ] {
        assert_eq!(to_html(text), html, "{text}");
    }
}

#[test]
fn only_what_is_edited_is_written_anew() {
    let html = "<p style=\"color: red\">Eins <span data-mention=\"7\">@Ada</span></p><p><br></p><ul class=\"x\"><li>a</li></ul><p>Zwei</p>";
    let stored = Stored::read(html);
    assert_eq!(stored.markdown(), "Eins @Ada\n\n- a\n\nZwei");
    assert_eq!(stored.edited("Eins @Ada\n\n- a\n\nZwei\n"), None);
    let edited = stored.edited("Eins @Ada\n\n- a\n\nNeu\n\nZwei **und** drei").unwrap();
    assert_eq!(edited, html.replace("<p>Zwei</p>", "<p>Neu</p><p>Zwei <strong>und</strong> drei</p>"));
    assert_eq!(
        stored.with("- [x] fertig").unwrap(),
        format!(
            "{html}<ul data-type=\"taskList\"><li data-type=\"taskItem\" data-checked=\"true\"><input type=\"checkbox\" checked=\"\" disabled=\"\">fertig</li></ul>"
        )
    );
    assert_eq!(stored.with("Zwei"), None, "it ends so already");
    assert_eq!(Stored::read("a und b").with("c").unwrap(), "<p>a und b</p><p>c</p>");
    assert_eq!(Stored::read("<p>a</p><b>b").with("c").unwrap(), "<p>a</p><b>b</b><p>c</p>");
    let list = Stored::read("<ul class=\"x\">\n<li data-m=\"1\">@Ada</li>\n<li class=\"y\">b</li><li>c</li></ul>");
    assert_eq!(
        list.edited("- @Ada\n- neu\n- B\n- c").unwrap(),
        "<ul class=\"x\"><li data-m=\"1\">@Ada</li><li>neu</li><li>B</li><li>c</li></ul>"
    );
    let apart = Stored::read("<p>a</p><p><br></p><p id=\"b\">b</p>");
    assert_eq!(apart.edited("A\n\nb").unwrap(), "<p>A</p><p><br></p><p id=\"b\">b</p>");
    let acting = Stored::read("<p>a</p><script>x()</script><p onclick=\"x()\">b</p>");
    assert_eq!(acting.edited("a\n\nb\n\nc").unwrap(), "<p>a</p><p>b</p><p>c</p>");
}

#[test]
fn no_text_takes_longer_than_its_length() {
    let time = |html: &str| {
        let run = || {
            let started = std::time::Instant::now();
            std::hint::black_box(Stored::read(html).markdown());
            started.elapsed()
        };
        (0..3).map(|_| run()).min().unwrap_or_default()
    };
    for piece in [
        "<div>",
        "<b>",
        "<p><b>x",
        "<a href=\"https://a.example\">",
        "<table><br>",
        "<li>x",
        "<td>",
        "</a",
        "*",
        "[",
        "<br>",
        "<p>x</p>",
        "<i></b>",
        "> ",
        "`a ",
        "<table><tr><td>",
    ] {
        let (once, twice) = (time(&piece.repeat(500)), time(&piece.repeat(1_000)));
        assert!(twice < once * 3 + std::time::Duration::from_millis(50), "{piece}: {once:?}, then {twice:?}");
    }
}
