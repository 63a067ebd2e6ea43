//! Links from one item to another, which StartInfinity calls references and cannot show.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::made_here::{Made, Spot, Thing};
use super::named_item::{ItemName, NamedItem};

/// A link as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// Where it belongs.
    #[serde(flatten)]
    pub spot: Spot,
    /// The item that holds the link.
    pub from_id: String,
    /// Its title.
    pub from: Option<String>,
    /// The item it leads to.
    pub to_id: String,
    /// Its title.
    pub to: Option<String>,
}

impl Link {
    /// A link from one item to another.
    pub fn between(spot: Spot, from: &NamedItem, to: &NamedItem) -> Self {
        let (from, to) = (ItemName::from(from), ItemName::from(to));
        Self { spot, from_id: from.id, from: from.title, to_id: to.id, to: to.title }
    }
}

impl Made for Link {
    const KIND: &'static str = "reference";

    fn spot(&self) -> &Spot {
        &self.spot
    }

    fn items(&self) -> Vec<Thing> {
        let thing = |id: &String, title: &Option<String>| Thing(id.clone(), title.clone().unwrap_or_default());
        vec![thing(&self.from_id, &self.from), thing(&self.to_id, &self.to)]
    }
}

/// A link in an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkRow {
    /// Reference id.
    pub id: Option<String>,
    /// Item that holds the link.
    pub from: ItemName,
    /// Item it leads to.
    pub to: ItemName,
    /// Attribute name.
    pub attribute: String,
    /// Board id.
    pub board_id: String,
    /// Board name.
    pub board: String,
    /// When it was made here.
    pub created_at: String,
}

impl LinkRow {
    /// A kept link in words.
    pub fn of(id: Option<String>, link: Link) -> Self {
        Self {
            id,
            from: ItemName { id: link.from_id, title: link.from },
            to: ItemName { id: link.to_id, title: link.to },
            attribute: link.spot.attribute,
            board_id: link.spot.board_id,
            board: link.spot.board,
            created_at: link.spot.made_at,
        }
    }
}
