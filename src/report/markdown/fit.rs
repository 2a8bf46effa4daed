//! What fits into one comment: sections in the order of their weight, each in the fullest form that leaves room for
//! what stands below it. Never splits a comment, and never leaves anything out without saying so.

/// What GitHub takes in one comment is 65,536 characters. Counted here in bytes, of which a text never has fewer.
pub(super) const LIMIT: usize = 65_536;
/// Left free for what a pipeline writes above it: a marker, a link to its run.
const SPARE: usize = 1_536;
/// Left free for what is said at the end: what was left out, and the id of the plan.
const FOOT: usize = 2_048;

/// A part with a title of its own.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) fold: Fold,
    /// From the fullest to the shortest; the last one may be cut between items.
    pub(super) forms: Vec<Form>,
    /// Most that it takes, whatever room there is.
    pub(super) most: usize,
}

/// Whether a section is seen at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Open,
    Closed,
}

/// One way to tell a section. Lead and items end with a line feed.
#[derive(Default)]
pub(super) struct Form {
    pub(super) lead: String,
    pub(super) items: Vec<String>,
    /// What this form leaves out, in words.
    pub(super) without: Option<&'static str>,
}
impl Form {
    fn size(&self) -> usize {
        self.lead.len() + self.items.iter().map(String::len).sum::<usize>()
    }
}

impl Section {
    /// A section of one form; none without items.
    pub(super) fn of(title: &str, fold: Fold, items: Vec<String>) -> Option<Self> {
        let form = Form { items, ..Form::default() };
        (!form.items.is_empty()).then(|| Self::told(title, fold, vec![form]))
    }
    /// A section that may be told in several ways.
    pub(super) fn told(title: impl Into<String>, fold: Fold, forms: Vec<Form>) -> Self {
        Self { title: title.into(), fold, forms, most: LIMIT }
    }
    /// The same, and no longer than that.
    pub(super) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }
    /// What its title and fold take.
    fn frame(&self) -> usize {
        self.title.len() + "\n<details><summary></summary>\n\n\n</details>\n".len()
    }
    fn size(&self) -> usize {
        self.most.min(self.frame() + self.forms.first().map_or(0, Form::size))
    }
    /// The section in so many bytes, and what was left out.
    fn within(&self, room: usize) -> (String, Option<String>) {
        let room = self.most.min(room).saturating_sub(self.frame());
        let Some(last) = self.forms.last() else { return (String::new(), None) };
        let form = self.forms.iter().find(|form| form.size() <= room).unwrap_or(last);
        let (mut body, mut shown) = (form.lead.clone(), form.items.len());
        if form.size() > room {
            let (mut free, note) = (room.saturating_sub(body.len()), 64);
            let fits = |item: &&String| {
                let fits = item.len() + note <= free;
                free = free.saturating_sub(if fits { item.len() } else { 0 });
                fits
            };
            shown = form.items.iter().take_while(fits).count();
        }
        body.extend(form.items.iter().take(shown).map(String::as_str));
        let cut = form.items.len() - shown;
        if cut > 0 {
            body.push_str(&format!("- \u{2026} and {cut} more\n"));
        }
        let left_out = match (cut, form.without) {
            (0, None) => None,
            (0, Some(without)) => Some(format!("{} ({without})", self.title)),
            (cut, _) => Some(format!("{} ({shown} of {})", self.title, shown + cut)),
        };
        let text = match self.fold {
            Fold::Open => format!("\n#### {}\n\n{body}", self.title),
            Fold::Closed => format!("\n<details><summary>{}</summary>\n\n{body}\n</details>\n", self.title),
        };
        (text, left_out)
    }
}

/// `head`, then the sections, then `foot` with what was left out. The head is bounded by who writes it.
pub(super) fn fitted(head: &str, sections: &[Section], foot: impl FnOnce(&[String]) -> String) -> String {
    let mut room = (LIMIT - SPARE - FOOT).saturating_sub(head.len());
    let share = room / sections.len().max(1);
    let (mut text, mut left_out) = (head.to_owned(), Vec::new());
    for (i, section) in sections.iter().enumerate() {
        // What stands below is sure of its share, as far as it needs it.
        let below: usize = sections[i + 1..].iter().map(|section| section.size().min(share)).sum();
        let (part, without) = section.within(room.saturating_sub(below));
        room = room.saturating_sub(part.len());
        text.push_str(&part);
        left_out.extend(without);
    }
    text.push_str(&foot(&left_out));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_most_is_kept_and_what_is_left_out_is_said() {
        let long = |title: &str, n: usize| {
            let items = (0..n).map(|i| format!("- {title} {i:04} {}\n", "x".repeat(80))).collect();
            Section::of(title, Fold::Open, items).unwrap()
        };
        let steps = vec![
            Form { items: vec!["- y\n".repeat(40_000)], ..Form::default() },
            Form { items: vec!["- counts\n".into()], without: Some("as counts"), ..Form::default() },
        ];
        let steps = Section::told("Steps", Fold::Closed, steps);
        let text = fitted("head\n", &[long("Money", 100), long("Noted", 5_000), steps], |left| left.join("; "));
        assert!(text.len() <= LIMIT - SPARE, "{}", text.len());
        assert!(text.contains("- Money 0099"), "all of the first");
        assert!(text.contains("- counts\n"), "the last in its short form");
        let end = text.lines().last().unwrap_or_default();
        assert!(end.contains("Noted (") && end.contains(" of 5000)") && end.contains("Steps (as counts)"), "{end}");
    }
}
