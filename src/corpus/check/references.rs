//! Ids are unique and well formed, references lead somewhere, facts that belong together are there together.

use std::collections::HashMap;

use crate::corpus::directory::UnitKind;
use crate::corpus::guide::{Guide, Neighbour, Status};
use crate::corpus::parse::{Text, closest};
use crate::corpus::{Corpus, Diagnostics, Place};
use crate::text::Normaliser;

/// Longest id, in ASCII characters: with a facet it must fit the 64 bytes a chat button may carry.
const LONGEST_ID: usize = 40;

pub fn check(corpus: &Corpus, diagnostics: &Diagnostics) {
    unique_ids(corpus, diagnostics);
    for guide in &corpus.guides {
        guide_points_somewhere(corpus, guide, diagnostics);
        guide_is_consistent(guide, diagnostics);
    }
    for journey in &corpus.journeys {
        for stage in &journey.stages {
            neighbour_exists(corpus, &stage.matter, &stage.place, diagnostics);
        }
        if journey.stages.is_empty() {
            diagnostics.error(journey.place.clone(), "这件事里一步也没有", "补上 [[stages]]");
        }
    }
    for matter in &corpus.matters {
        if let Some(unit) = &matter.unit
            && corpus.unit(unit).is_none()
        {
            unknown(corpus, "单位", unit.as_str(), &matter.place, diagnostics);
        }
        for near in &matter.near {
            if corpus.neighbour(near).is_none() {
                unknown(corpus, "指南或目录事项", near, &near.place, diagnostics);
            }
        }
    }
    for turn in corpus.dialogs.iter().flatten() {
        for guide in turn.about.iter().filter(|guide| corpus.guide(guide).is_none()) {
            unknown(corpus, "指南", guide.as_str(), &turn.said.place, diagnostics);
        }
        if let Some(matter) = turn.matter.as_ref().filter(|matter| corpus.matter(matter).is_none()) {
            unknown(corpus, "目录事项", matter.as_str(), &turn.said.place, diagnostics);
        }
    }
    for facet in crate::corpus::Facet::all() {
        if !corpus.language.facets.iter().any(|cues| cues.facet == facet) {
            diagnostics.error(
                None,
                format!("intents.toml 里缺“{}”这一面的问法", facet.key()),
                "补一段 [[facets]]，写 id、name、cues",
            );
        }
    }
    one_name_one_matter(corpus, diagnostics);
}

fn unique_ids(corpus: &Corpus, diagnostics: &Diagnostics) {
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    let guides = corpus.guides.iter().map(|g| (g.id.as_str(), &g.place));
    let matters = corpus.matters.iter().map(|m| (m.id.as_str(), &m.place));
    let journeys = corpus.journeys.iter().map(|j| (j.id.as_str(), &j.place));
    for (id, place) in guides.chain(matters).chain(journeys) {
        let well_formed = !id.is_empty()
            && id.len() <= LONGEST_ID
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !well_formed {
            diagnostics.error(
                place.clone(),
                format!("编号“{id}”不合规矩"),
                "用小写英文字母、数字和短横，不超过 40 个字符",
            );
        }
        if let Some(first) = seen.insert(id, place) {
            let (path, line) = corpus.line_of(first);
            diagnostics.error(
                place.clone(),
                format!("编号“{id}”用了两次"),
                format!("换一个；另一个在 {path} 第 {line} 行"),
            );
        }
    }
    for guide in &corpus.guides {
        let path = &corpus.files[guide.place.file].path;
        if !path.ends_with(&format!("/{}.toml", guide.id)) {
            diagnostics.error(guide.place.clone(), format!("编号“{}”和文件名不一样", guide.id), "两个改成一样");
        }
    }
}

fn guide_points_somewhere(corpus: &Corpus, guide: &Guide, diagnostics: &Diagnostics) {
    match corpus.unit(&guide.unit) {
        None => unknown(corpus, "单位", guide.unit.as_str(), &guide.place, diagnostics),
        Some(unit) if unit.kind == UnitKind::ServiceCompany => {
            diagnostics.error(guide.place.clone(), "责任单位是一家服务企业", "指南要由区直单位负责");
        }
        Some(_) => {}
    }
    for confusable in &guide.confusable {
        neighbour_exists(corpus, &confusable.other, &confusable.place, diagnostics);
        if confusable.other == Neighbour::Guide(guide.id.clone()) {
            diagnostics.error(confusable.place.clone(), "容易弄混的写成了自己", "写另一份指南的编号");
        }
    }
    for document in &guide.documents {
        for id in document.situations.iter().filter(|id| guide.situation(id).is_none()) {
            diagnostics.error(
                id.place.clone(),
                format!("这份指南没有“{}”这种情形", id.as_str()),
                "在 [[situations]] 里补上，或改成已有的编号",
            );
        }
    }
}

fn neighbour_exists(corpus: &Corpus, neighbour: &Neighbour, place: &Place, diagnostics: &Diagnostics) {
    match neighbour {
        Neighbour::Guide(id) if corpus.guide(id).is_none() => unknown(corpus, "指南", id.as_str(), place, diagnostics),
        Neighbour::Matter(id) if corpus.matter(id).is_none() => {
            unknown(corpus, "目录事项", id.as_str(), place, diagnostics)
        }
        _ => {}
    }
}

fn unknown(corpus: &Corpus, what: &str, id: &str, place: &Place, diagnostics: &Diagnostics) {
    let guides = corpus.guides.iter().map(|g| g.id.as_str());
    let matters = corpus.matters.iter().map(|m| m.id.as_str());
    let units = corpus.units.iter().map(|u| u.id.as_str());
    let cure = match closest(id, guides.chain(matters).chain(units)) {
        Some(guess) => format!("是不是想写 {guess}？"),
        None => "改成已有的编号，或先把它建起来".to_owned(),
    };
    diagnostics.error(place.clone(), format!("没有“{id}”这个{what}"), cure);
}

fn guide_is_consistent(guide: &Guide, diagnostics: &Diagnostics) {
    let at = || guide.place.clone();
    if guide.sources.is_empty() {
        diagnostics.error(at(), "没写来源（sources）", "至少写一份文件的名称和发文机关");
    }
    if guide.legal_basis.is_empty() {
        diagnostics.error(at(), "没写设定依据（legal_basis）", "写出法律法规的名称和条款");
    }
    if guide.documents.is_empty() {
        diagnostics.error(at(), "没写申请材料（documents）", "一样材料一段 [[documents]]");
    }
    for document in guide.documents.iter().filter(|d| !d.original && d.copies == 0) {
        diagnostics.warning(document.name.place.clone(), "没写要原件还是复印件", "写 original = true 或 copies = 份数");
    }
    if guide.fee_fen.is_some_and(|fen| fen > 0) && guide.fee_basis.is_none() {
        diagnostics.error(at(), "收钱却没写收费依据（fee_basis）", "写出收费文件的名称");
    }
    if guide.tip.is_none() {
        diagnostics.warning(at(), "没写多说一句（tip）", "写最常让人白跑一趟的是什么");
    }
    if let (Some(promised), Some(statutory)) = (guide.promised_working_days, guide.statutory_working_days)
        && promised > statutory
    {
        diagnostics.error(at(), "承诺时限比法定时限还长", "承诺时限要不超过法定时限");
    }
    if guide.status == Status::Checked
        && (guide.checked_by.is_none() || guide.checked_on.is_none() || guide.review_by.is_none())
    {
        diagnostics.error(
            at(),
            "已核对的指南没写全核对人、核对日期、复核日期",
            "补上 checked_by、checked_on、review_by",
        );
    }
    if guide.asks.len() < 10 {
        diagnostics.warning(at(), format!("只有 {} 种问法", guide.asks.len()), "补到十种以上，越多样越好");
    }
}

/// A name that points to two matters cannot decide between them.
fn one_name_one_matter(corpus: &Corpus, diagnostics: &Diagnostics) {
    let normaliser = Normaliser::new();
    let mut owners: HashMap<String, (&str, &Text)> = HashMap::new();
    let guides = corpus.guides.iter().flat_map(|g| {
        let names = [&g.official_name, &g.plain_name].into_iter().chain(&g.aliases);
        names.map(move |name| (g.id.as_str(), name))
    });
    let journeys = corpus.journeys.iter().flat_map(|j| j.aliases.iter().map(move |name| (j.id.as_str(), name)));
    for (owner, name) in guides.chain(journeys) {
        match owners.get(&normaliser.normalise(name)) {
            Some((other, first)) if *other != owner => {
                let (path, line) = corpus.line_of(&first.place);
                diagnostics.error(
                    name.place.clone(),
                    format!("“{}”同时指两件事", name.as_str()),
                    format!("只留在一处；另一处是 {path} 第 {line} 行"),
                );
            }
            Some(_) => {}
            None => {
                owners.insert(normaliser.normalise(name), (owner, name));
            }
        }
    }
}
