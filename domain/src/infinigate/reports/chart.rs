//! Bars as a picture: one a group, with its name on the left and its amount at the end.

use std::collections::HashMap;
use std::sync::LazyLock;

use plotters::prelude::{
    BitMapBackend, Color, DrawingArea, DrawingBackend, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle,
    SVGBackend, Text, TextStyle, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, register_font};

use crate::infinigate::exact::Exact;
use infini_mcp_core::tool::text::clean;
use infini_mcp_core::tool::{Error, Result};

const WIDTH: i32 = 900;
const ROW: i32 = 26;
const TOP: i32 = 58;
const BOTTOM: i32 = 16;
/// Between the picture's edge and what is drawn.
const EDGE: i32 = 20;
/// Between a bar and what is written beside it.
const GAP: i32 = 8;
/// What a name may take.
const LONGEST_NAME: i32 = 300;
/// What the bars have at least.
const SHORTEST_BARS: i32 = 160;
/// The most bars of one picture.
const MOST: usize = 100;

/// The size of names and amounts; letters are about a fifth smaller.
const TEXT: i32 = 16;
const TITLE: i32 = 23;
/// The name under which the font is known, which in an SVG means the one of whoever looks at it.
const FONT: &str = "sans-serif";

const INK: RGBColor = RGBColor(31, 41, 55);
const BAR: RGBColor = RGBColor(37, 99, 175);
const CREDIT: RGBColor = RGBColor(190, 80, 50);

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// How long it is; below zero it points the other way.
    pub amount: Exact,
}

/// What is drawn.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it is about.
    pub title: String,
    /// Of all amounts.
    pub currency: String,
    /// From top to bottom.
    pub bars: Vec<Bar>,
}

/// Draws charts as PNG, on a thread that may be busy.
///
/// # Errors
/// When one cannot be drawn.
pub async fn pngs(charts: Vec<Chart>) -> Result<Vec<Vec<u8>>> {
    let drawing = tokio::task::spawn_blocking(move || charts.iter().map(Chart::png).collect());
    drawing.await.map_err(Error::internal)?
}

/// Draws charts as SVG, on a thread that may be busy.
///
/// # Errors
/// When one cannot be drawn.
pub async fn svgs(charts: Vec<Chart>) -> Result<Vec<String>> {
    let drawing = tokio::task::spawn_blocking(move || charts.iter().map(Chart::svg).collect());
    drawing.await.map_err(Error::internal)?
}

impl Chart {
    fn png(&self) -> Result<Vec<u8>> {
        let layout = Layout::of(self)?;
        let size = (layout.width.unsigned_abs(), layout.height.unsigned_abs());
        let mut pixels = vec![0; 3 * size.0 as usize * size.1 as usize];
        layout.draw(self, &BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area())?;
        let (palette, places) = indexed(&pixels);
        let mut picture = Vec::new();
        let mut encoder = png::Encoder::new(&mut picture, size.0, size.1);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette);
        encoder.set_compression(png::Compression::High);
        // Neighbours in a palette are no neighbours in colour: filters would only make it larger.
        encoder.set_filter(png::Filter::NoFilter);
        let mut writer = encoder.write_header().map_err(undrawn)?;
        writer.write_image_data(&places).map_err(undrawn)?;
        writer.finish().map_err(undrawn)?;
        Ok(picture)
    }

    fn svg(&self) -> Result<String> {
        let layout = Layout::of(self)?;
        let mut picture = String::new();
        let size = (layout.width.unsigned_abs(), layout.height.unsigned_abs());
        layout.draw(self, &SVGBackend::with_string(&mut picture, size).into_drawing_area())?;
        Ok(picture)
    }
}

/// A palette and the place of each pixel in it. The edges of letters need few shades, which makes the picture a third as
/// large; a shade beyond what a palette holds becomes its last one.
fn indexed(pixels: &[u8]) -> (Vec<u8>, Vec<u8>) {
    /// The distance of two shades.
    const STEP: u8 = 17;
    let mut known: HashMap<[u8; 3], u8> = HashMap::new();
    let mut palette = Vec::new();
    let places = pixels.as_chunks::<3>().0.iter().map(|pixel| {
        let shade = pixel.map(|part| (part.saturating_add(STEP / 2)) / STEP * STEP);
        let next = u8::try_from(known.len()).unwrap_or(u8::MAX);
        *known.entry(shade).or_insert_with(|| {
            if palette.len() < 3 * 256 {
                palette.extend(shade);
            }
            next
        })
    });
    let places = places.collect();
    (palette, places)
}

type Area<B> = DrawingArea<B, plotters::coord::Shift>;

/// Where everything stands, by the width that what is written really has.
struct Layout {
    width: i32,
    height: i32,
    title: String,
    unit: String,
    names: Vec<String>,
    amounts: Vec<String>,
    scale: Scale,
}

impl Layout {
    fn of(chart: &Chart) -> Result<Self> {
        let bars = || chart.bars.iter().take(MOST);
        let amounts: Vec<String> = bars().map(|bar| grouped(bar.amount)).collect();
        let widest_amount = widest(&amounts)?;
        let room = WIDTH - 2 * EDGE;
        let longest_name = LONGEST_NAME.min(room - 2 * GAP - widest_amount - SHORTEST_BARS).max(ROW);
        let names = bars().map(|bar| fitting(&line(&bar.name), TEXT, longest_name)).collect::<Result<Vec<_>>>()?;
        let left = EDGE + widest(&names)? + GAP;
        // An amount that no currency has makes the picture wider rather than leave it.
        let right = (WIDTH - EDGE - widest_amount - GAP).max(left + SHORTEST_BARS);
        let rows = i32::try_from(amounts.len()).unwrap_or(i32::MAX);
        Ok(Self {
            width: right + GAP + widest_amount + EDGE,
            height: TOP + rows * ROW + BOTTOM,
            title: fitting(&line(&chart.title), TITLE, room)?,
            unit: fitting(&format!("Net amounts in {}", line(&chart.currency)), TEXT, room)?,
            names,
            amounts,
            scale: Scale::of(&chart.bars, left, right),
        })
    }

    fn draw<B: DrawingBackend>(&self, chart: &Chart, area: &Area<B>) -> Result<()> {
        area.fill(&WHITE).map_err(undrawn)?;
        write(area, &self.title, (EDGE, 24), TITLE, HPos::Left)?;
        write(area, &self.unit, (EDGE, 46), TEXT, HPos::Left)?;
        let mut top = TOP;
        for ((bar, name), amount) in chart.bars.iter().zip(&self.names).zip(&self.amounts) {
            self.draw_bar(area, bar.amount.amount().number(), (name, amount), top)?;
            top += ROW;
        }
        let zero = self.scale.place(0.0);
        let axis = PathElement::new(vec![(zero, TOP - 4), (zero, self.height - BOTTOM)], INK.mix(0.5));
        area.draw(&axis).map_err(undrawn)?;
        area.present().map_err(undrawn)
    }

    fn draw_bar<B: DrawingBackend>(&self, area: &Area<B>, amount: f64, words: (&str, &str), top: i32) -> Result<()> {
        let (zero, end) = (self.scale.place(0.0), self.scale.place(amount));
        let colour = if amount < 0.0 { CREDIT } else { BAR };
        let corners = [(zero.min(end), top + 4), (zero.max(end), top + ROW - 4)];
        area.draw(&Rectangle::new(corners, colour.filled())).map_err(undrawn)?;
        let middle = top + ROW / 2;
        write(area, words.0, (self.scale.left - GAP, middle), TEXT, HPos::Right)?;
        write(area, words.1, (zero.max(end) + GAP, middle), TEXT, HPos::Left)
    }
}

fn write<B: DrawingBackend>(area: &Area<B>, text: &str, place: (i32, i32), size: i32, side: HPos) -> Result<()> {
    let style = style(size).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), place, style)).map_err(undrawn)
}

fn style(size: i32) -> TextStyle<'static> {
    /// Parsed when the first chart is drawn; most servers draw none.
    static LETTERS: LazyLock<bool> =
        LazyLock::new(|| register_font(FONT, FontStyle::Normal, dejavu::sans::regular()).is_ok());
    if !*LETTERS {
        tracing::error!("the font of the charts cannot be read");
    }
    TextStyle::from((FONT, size).into_font()).color(&INK)
}

/// How wide a text is drawn.
fn measured(text: &str, size: i32) -> Result<i32> {
    let ((left, _), (right, _)) = style(size).font.layout_box(text).map_err(undrawn)?;
    Ok(right - left)
}

/// A text on one line, without what hides.
fn line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn widest(texts: &[String]) -> Result<i32> {
    texts.iter().try_fold(0, |widest, text| Ok(measured(text, TEXT)?.max(widest)))
}

/// As much of a text as fits, with a sign where it is cut.
fn fitting(text: &str, size: i32, room: i32) -> Result<String> {
    if measured(text, size)? <= room {
        return Ok(text.to_owned());
    }
    let cut = |kept: usize| format!("{}…", text.chars().take(kept).collect::<String>().trim_end());
    // The most characters that fit, by halving; what is absurdly long is not measured at all.
    let (mut fits, mut over) = (0, text.chars().count().min(400));
    while over - fits > 1 {
        let middle = fits.midpoint(over);
        if measured(&cut(middle), size)? <= room { fits = middle } else { over = middle }
    }
    Ok(cut(fits))
}

fn undrawn(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("a chart could not be drawn: {error}"))
}

/// From amounts to places.
#[derive(Debug, Clone, Copy)]
struct Scale {
    min: f64,
    span: f64,
    left: i32,
    right: i32,
}

impl Scale {
    fn of(bars: &[Bar], left: i32, right: i32) -> Self {
        let amounts = || bars.iter().take(MOST).map(|bar| bar.amount.amount().number());
        let (min, max) = (amounts().fold(0.0, f64::min), amounts().fold(0.0, f64::max));
        Self { min, span: if max > min { max - min } else { 1.0 }, left, right }
    }

    fn place(self, amount: f64) -> i32 {
        self.left + ((amount - self.min) / self.span * f64::from(self.right - self.left)).round() as i32
    }
}

/// An amount with its thousands apart, in a writing that no country reads otherwise: `12 345.60`.
fn grouped(amount: Exact) -> String {
    let money = amount.money();
    let (sign, digits) = money.strip_prefix('-').map_or(("", money.as_str()), |digits| ("-", digits));
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{cents}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(name: &str, amount: &str) -> Bar {
        Bar { name: name.into(), amount: Exact::read(amount).unwrap() }
    }

    fn chart(bars: &[Bar]) -> Chart {
        Chart { title: "Spend by <vendor> & more".into(), currency: "EUR".into(), bars: bars.to_vec() }
    }

    /// Kinds of charts that once went wrong or could.
    fn charts() -> Vec<(&'static str, Chart)> {
        let long = "Überaus Große Vertriebsgesellschaft für Netzwerksicherheit und Ähnliches mbH & Co. KG";
        let many: Vec<Bar> = (0..12)
            .map(|n| bar(&format!("Hersteller Nr. {n} für Geräte"), &format!("{}.5", 9_000 - n * 700)))
            .collect();
        let top: Vec<Bar> =
            (0..51).map(|n| bar(&format!("{n} {long}"), &format!("{}.37", 987_654 - n * 17_777))).collect();
        let mut titled = chart(&[bar(long, "1")]);
        titled.title = long.repeat(5);
        vec![
            ("one", chart(&[bar("So\nphos\t株", "12345.6")])),
            ("twelve", chart(&many)),
            ("fifty_one", chart(&top)),
            (
                "credits",
                chart(&[
                    bar(long, "1200"),
                    bar("Gutschriften", "-3400.25"),
                    bar("Größe", "-0.01"),
                    bar("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "3"),
                ]),
            ),
            ("huge_and_tiny", chart(&[bar("huge", "-123456789012345.67"), bar("tiny", "0.01"), bar("nothing", "0")])),
            ("only_credits", chart(&[bar("a", "-1"), bar("b", "-2")])),
            ("titled", titled),
            ("empty", chart(&[])),
        ]
    }

    fn pixels(picture: &[u8]) -> (i32, i32, Vec<u8>) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(picture));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        (frame.width as i32, frame.height as i32, pixels)
    }

    #[test]
    fn nothing_leaves_the_picture_and_no_picture_is_large() {
        for (name, chart) in charts() {
            let picture = chart.png().unwrap();
            assert!(picture.starts_with(b"\x89PNG"), "{name}");
            assert!(picture.len() <= 100_000, "{name}: {} bytes", picture.len());
            let (width, height, pixels) = pixels(&picture);
            let is_ink = |x: i32, y: i32| {
                let at = 3 * (y * width + x) as usize;
                pixels[at..at + 3].iter().any(|part| *part < 200)
            };
            for y in 0..height {
                for x in (0..EDGE / 2).chain(width - EDGE / 2..width) {
                    assert!(!is_ink(x, y), "{name}: something is drawn at {x},{y} of {width}x{height}");
                }
            }
            let title = (EDGE..width - EDGE).any(|x| (14..34).any(|y| is_ink(x, y)));
            assert!(title, "{name}: letters are drawn");
        }
    }

    #[test]
    fn names_are_escaped_and_nothing_foreign_becomes_markup() {
        let svg = chart(&[bar("<script>alert(1)</script> & \"Co\"\u{202E}", "10")]).svg().unwrap();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        assert!(!svg.contains("<script") && !svg.contains('\u{202E}'));
        assert!(svg.contains("&lt;script&gt;") && svg.contains("&amp;") && svg.contains("in EUR"), "{svg}");
        for part in ["10.00", "Spend by"] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn the_longest_bar_takes_the_whole_width_and_credits_point_the_other_way() {
        let bars = [bar("one", "300"), bar("two", "-100")];
        let scale = Scale::of(&bars, 200, 700);
        assert_eq!((scale.place(300.0), scale.place(-100.0)), (700, 200));
        assert!(scale.place(0.0) > 200);
        assert_eq!(Scale::of(&[], 200, 700).place(0.0), 200);
    }

    #[test]
    fn amounts_are_readable_and_long_names_are_cut_by_the_width_they_have() {
        assert_eq!(grouped(Exact::read("-1234567.5").unwrap()), "-1 234 567.50");
        assert_eq!(grouped(Exact::read("999").unwrap()), "999.00");
        let (wide, narrow) =
            (fitting(&"W".repeat(80), TEXT, 200).unwrap(), fitting(&"i".repeat(80), TEXT, 200).unwrap());
        assert!(wide.chars().count() < narrow.chars().count() && wide.ends_with('…') && narrow.ends_with('…'));
        assert!(measured(&wide, TEXT).unwrap() <= 200 && measured(&narrow, TEXT).unwrap() <= 200);
        assert_eq!(fitting("Sophos", TEXT, 200).unwrap(), "Sophos");
    }
}
