//! Bars as a picture: one a group, with its name on the left and its amount at the end.

use plotters::prelude::{
    Color, DrawingArea, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, Text, TextStyle, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::infinigate::exact::Exact;
use infini_mcp_core::tool::text::clean;
use infini_mcp_core::tool::{Error, Result};

const WIDTH: i32 = 900;
const ROW: i32 = 26;
const TOP: i32 = 58;
const BOTTOM: i32 = 16;
/// Where the bars begin and end; names stand before, amounts behind.
const LEFT: i32 = 280;
const RIGHT: i32 = 770;
/// Characters of a name that fit before the bars.
const NAME: usize = 36;

/// The size of names and amounts; the backend writes it about a fifth smaller.
const TEXT: i32 = 16;

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

/// Draws the bars as SVG.
///
/// # Errors
/// When the picture cannot be drawn.
pub fn svg(title: &str, currency: &str, bars: &[Bar]) -> Result<Vec<u8>> {
    let rows = i32::try_from(bars.len()).unwrap_or(i32::MAX).min(100);
    let height = TOP + rows * ROW + BOTTOM;
    let mut picture = String::new();
    {
        let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
        let area = SVGBackend::with_string(&mut picture, size).into_drawing_area();
        area.fill(&WHITE).map_err(undrawn)?;
        write(&area, &clean(title), (20, 24), 23, HPos::Left)?;
        write(&area, &format!("Net amounts in {}", clean(currency)), (20, 46), TEXT, HPos::Left)?;
        let scale = Scale::of(bars);
        for (bar, row) in bars.iter().zip(0..rows) {
            draw(&area, bar, TOP + row * ROW, scale)?;
        }
        let zero = scale.place(0.0);
        let axis = PathElement::new(vec![(zero, TOP - 4), (zero, height - BOTTOM)], INK.mix(0.5));
        area.draw(&axis).map_err(undrawn)?;
        area.present().map_err(undrawn)?;
    }
    Ok(picture.into_bytes())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw(area: &Area<'_>, bar: &Bar, top: i32, scale: Scale) -> Result<()> {
    let amount = bar.amount.amount().number();
    let (zero, end) = (scale.place(0.0), scale.place(amount));
    let colour = if amount < 0.0 { CREDIT } else { BAR };
    let corners = [(zero.min(end), top + 4), (zero.max(end), top + ROW - 4)];
    area.draw(&Rectangle::new(corners, colour.filled())).map_err(undrawn)?;
    let middle = top + ROW / 2;
    write(area, &shortened(&clean(&bar.name)), (LEFT - 10, middle), TEXT, HPos::Right)?;
    write(area, &grouped(bar.amount), (zero.max(end) + 6, middle), TEXT, HPos::Left)
}

fn write(area: &Area<'_>, text: &str, place: (i32, i32), size: i32, side: HPos) -> Result<()> {
    let style = TextStyle::from(("sans-serif", size).into_font()).color(&INK).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text.to_owned(), place, style)).map_err(undrawn)
}

fn undrawn(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("a chart could not be drawn: {error}"))
}

/// From amounts to places.
#[derive(Debug, Clone, Copy)]
struct Scale {
    least: f64,
    width: f64,
}

impl Scale {
    fn of(bars: &[Bar]) -> Self {
        let amounts = || bars.iter().map(|bar| bar.amount.amount().number());
        let (least, most) = (amounts().fold(0.0, f64::min), amounts().fold(0.0, f64::max));
        Self { least, width: if most > least { most - least } else { 1.0 } }
    }

    fn place(self, amount: f64) -> i32 {
        LEFT + ((amount - self.least) / self.width * f64::from(RIGHT - LEFT)).round() as i32
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    let cut: String = name.chars().take(NAME - 1).collect();
    format!("{}…", cut.trim_end())
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

    fn drawn(bars: &[Bar]) -> String {
        String::from_utf8(svg("Spend by <vendor> & more", "EUR", bars).unwrap()).unwrap()
    }

    #[test]
    fn names_are_escaped_and_nothing_foreign_becomes_markup() {
        let svg = drawn(&[bar("<script>alert(1)</script> & \"Co\"\u{202E}", "10")]);
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        assert!(!svg.contains("<script") && !svg.contains('\u{202E}'));
        assert!(svg.contains("&lt;script&gt;") && svg.contains("&amp;") && svg.contains("in EUR"), "{svg}");
    }

    #[test]
    fn the_longest_bar_takes_the_whole_width_and_credits_point_the_other_way() {
        let bars = [bar("one", "300"), bar("two", "-100")];
        let scale = Scale::of(&bars);
        assert_eq!((scale.place(300.0), scale.place(-100.0)), (RIGHT, LEFT));
        assert!(scale.place(0.0) > LEFT);
        assert!(drawn(&bars).contains("-100.00"));
        assert_eq!(Scale::of(&[]).place(0.0), LEFT);
    }

    #[test]
    fn amounts_are_readable_and_long_names_are_cut() {
        assert_eq!(grouped(Exact::read("-1234567.5").unwrap()), "-1 234 567.50");
        assert_eq!(grouped(Exact::read("999").unwrap()), "999.00");
        assert_eq!(shortened(&"x".repeat(50)).chars().count(), NAME);
    }
}
