//! Paragraphs as federal writers publish them on their blogs, right in both languages: nothing in them is worth an
//! editor's minute, so no rule of wording, language or links raises an error or a warning.

use super::super::sample::{clean, lang};
use super::{heavy, shown};
use crate::model::Finding;

/// Title, then body, in English and in French.
type Article = (&'static str, &'static str, &'static str, &'static str);

const ARTICLES: &[Article] = &[
    (
        "What makes a form easy to use?",
        "<p>People fill out forms every day. Some forms are easy; others are not. We asked 24 people what makes the difference. Here is what they told us.</p>",
        "Qu'est-ce qui rend un formulaire facile à utiliser?",
        "<p>On remplit des formulaires tous les jours. Certains sont faciles; d'autres ne le sont pas. Nous avons demandé à 24\u{a0}personnes ce qui fait la différence. Voici ce qu'elles nous ont dit.</p>",
    ),
    (
        "How we tested the new service",
        "<p>If you want to take part in research, email our research team at <a href=\"mailto:info@example.ca\">info@example.ca</a>. We answer within two business days.</p>",
        "Comment nous avons mis le service à l'essai",
        "<p>Si vous souhaitez participer à la recherche, écrivez à notre équipe de recherche, à <a href=\"mailto:info@example.ca\">info@example.ca</a>. Nous répondons dans un délai de deux jours ouvrables.</p>",
    ),
    (
        "Open source by default",
        "<p>The code is on <a href=\"https://github.com/example/forms\">GitHub</a>. It builds on work by the <a href=\"https://www.gov.uk/service-manual\">service manual of the United Kingdom</a>. You can copy it, change it and send us a pull request.</p>",
        "Ouvert par défaut",
        "<p>Le code se trouve sur <a href=\"https://github.com/example/forms\">GitHub</a>. Il s'appuie sur le <a href=\"https://www.gov.uk/service-manual\">manuel des services du Royaume-Uni</a>. Vous pouvez le copier, le modifier et nous soumettre vos changements.</p>",
    ),
    (
        "Content design: a team sport",
        "<p>Designers, developers and policy analysts sit at the same table. One of them said: “I finally understand why the letter is so long.”</p>",
        "Conception de contenu\u{a0}: un sport d'équipe",
        "<p>Les conceptrices, les développeurs et les analystes des politiques s'assoient à la même table. L'un d'eux a dit\u{a0}: «\u{a0}Je comprends enfin pourquoi la lettre est si longue.\u{a0}»</p>",
    ),
    (
        "Version 2.1 is here",
        "<p>Version 2.1 fixes 14 bugs. It works on Windows 11, iOS 17 and Android 14. The API now answers in under 0.5 seconds.</p>",
        "La version 2.1 est arrivée",
        "<p>La version 2.1 corrige 14\u{a0}bogues. Elle fonctionne sous Windows 11, iOS 17 et Android 14. L'API répond maintenant en moins de 0,5\u{a0}seconde.</p>",
    ),
    (
        "Results of the first quarter",
        "<p>In Q1, 62% of visitors completed their task, up from 48%. That is a gain of 14 points. Calls dropped by a third.</p>",
        "Résultats du premier trimestre",
        "<p>Au premier trimestre, 62\u{a0}% des visiteurs ont accompli leur tâche, contre 48\u{a0}% auparavant. C'est un gain de 14\u{a0}points. Le nombre d'appels a baissé d'un tiers.</p>",
    ),
    (
        "COVID-19 alerts reach more people",
        "<p>During the COVID-19 pandemic, we sent 3.5 million messages. Text messages (SMS) arrived in 10 seconds. Emails took longer.</p>",
        "Les alertes sur la COVID-19 rejoignent plus de gens",
        "<p>Durant la pandémie de COVID-19, nous avons envoyé 3,5\u{a0}millions de messages. Les messages texte (SMS) arrivaient en 10\u{a0}secondes. Les courriels prenaient plus de temps.</p>",
    ),
    (
        "Working with the Canada Revenue Agency",
        "<p>The Canada Revenue Agency (CRA) wanted a shorter page. The CRA team rewrote it in one week. The web page now has 300 words instead of 1,200.</p>",
        "Notre travail avec l'Agence du revenu du Canada",
        "<p>L'Agence du revenu du Canada (ARC) souhaitait une page plus courte. L'équipe de l'ARC l'a réécrite en une semaine. La page Web compte maintenant 300\u{a0}mots plutôt que 1\u{a0}200.</p>",
    ),
    (
        "A book for the summer",
        "<p>Read <a href=\"https://example.com/house\">The House at the End of the Road</a> before the fall.</p>",
        "Un livre pour l'été",
        "<p>Lisez <a href=\"https://example.com/house\">The House at the End of the Road</a> (en anglais seulement) avant l'automne.</p>",
    ),
    (
        "Three lessons from a year of remote work",
        "<p>First, write things down. Second, leave time for questions. Third, meet in person twice a year.</p><ul><li>Write it down</li><li>Leave time</li><li>Meet</li></ul>",
        "Trois leçons d'une année de télétravail",
        "<p>Premièrement, mettez les choses par écrit. Deuxièmement, prévoyez du temps pour les questions. Troisièmement, rencontrez-vous en personne deux fois par année.</p><ul><li>Mettez par écrit</li><li>Prévoyez du temps</li><li>Rencontrez-vous</li></ul>",
    ),
    (
        "Why we wrote a letter",
        "<p>“Did you get my letter?” she asked. “Not yet,” the agent said. So we followed one letter from the printer to the door.</p>",
        "Pourquoi nous avons écrit une lettre",
        "<p>«\u{a0}Avez-vous reçu ma lettre?\u{a0}», a-t-elle demandé. «\u{a0}Pas encore\u{a0}», a répondu l'agent. Nous avons donc suivi une lettre, de l'imprimante jusqu'à la porte.</p>",
    ),
    (
        "A podcast for public servants",
        "<p>The podcast Let's Think Digital looks at government from the inside. A new episode comes out every second Tuesday. Each lasts 30 minutes.</p>",
        "Un balado pour les fonctionnaires",
        "<p>Le balado Let's Think Digital examine le gouvernement de l'intérieur. Un nouvel épisode paraît un mardi sur deux. Chacun dure 30\u{a0}minutes.</p>",
    ),
    (
        "Alt text that helps",
        "<p>Use the attribute <code>alt</code> for pictures that only decorate. Write <code>lang</code> on French words.</p>",
        "Un texte de remplacement utile",
        "<p>Utilisez l'attribut <code>alt</code> pour les images décoratives. Écrivez <code>lang</code> sur les mots français.</p>",
    ),
    (
        "Canada.ca search gets better",
        "<p>Search on Canada.ca handles 1.2 million queries a day. We improved 50 of the most common. The top result is now right 9 times out of 10.</p>",
        "La recherche dans Canada.ca s'améliore",
        "<p>La recherche dans Canada.ca traite 1,2\u{a0}million de requêtes par jour. Nous avons amélioré 50 des plus courantes. Le premier résultat est maintenant le bon 9\u{a0}fois sur 10.</p>",
    ),
    (
        "Meet the team: Amélie Roy-Gagnon",
        "<p>Amélie Roy-Gagnon has been a designer since 2019. She lives in Trois-Rivières. She says that listening is half of the job.</p>",
        "Rencontrez l'équipe\u{a0}: Amélie Roy-Gagnon",
        "<p>Amélie Roy-Gagnon est conceptrice depuis 2019. Elle habite à Trois-Rivières. Selon elle, l'écoute représente la moitié du travail.</p>",
    ),
    (
        "Accessibility from day one",
        "<p>About 27% of Canadians aged 15 and over have a disability. We test with screen readers such as NVDA, JAWS and VoiceOver. We meet WCAG 2.1, level AA.</p>",
        "L'accessibilité dès le premier jour",
        "<p>Environ 27\u{a0}% des Canadiennes et des Canadiens de 15\u{a0}ans et plus ont une incapacité. Nous faisons des essais avec des lecteurs d'écran comme NVDA, JAWS et VoiceOver. Nous respectons les WCAG 2.1, niveau AA.</p>",
    ),
    (
        "Our strategy for 2024 to 2027",
        "<p>The plan covers 2024 to 2027. It sets 5 goals. A report follows each spring.</p>",
        "Notre stratégie pour 2024 à 2027",
        "<p>Le plan couvre la période de 2024 à 2027. Il fixe cinq objectifs. Un rapport suit chaque printemps.</p>",
    ),
    (
        "One login, many services",
        "<p>People told us that they had 4 or 5 passwords. With sign-in, they need only one. It is a small change with a big effect.</p>",
        "Une seule connexion, plusieurs services",
        "<p>Les gens nous ont dit qu'ils avaient quatre ou cinq mots de passe. Avec la connexion unique, un seul suffit. C'est un petit changement aux grands effets.</p>",
    ),
    (
        "Read the report in your language",
        "<p>The report of the <a href=\"https://example.org/en/report\">Open Data Institute</a> covers 12 countries. The authors spoke with 80 civil servants.</p>",
        "Lisez le rapport dans votre langue",
        "<p>Le rapport de l'<a href=\"https://example.org/en/report\">Open Data Institute</a> (en anglais seulement) porte sur 12\u{a0}pays. Les auteurs ont parlé à 80\u{a0}fonctionnaires.</p>",
    ),
    (
        "Tips for your next presentation",
        "<h3>Before you start</h3><p>Know who will listen. Ask what they need.</p><h3>On the day</h3><p>Arrive early. Breathe. Begin with the end.</p>",
        "Conseils pour votre prochain exposé",
        "<h3>Avant de commencer</h3><p>Sachez qui vous écoutera. Demandez de quoi ces personnes ont besoin.</p><h3>Le jour même</h3><p>Arrivez tôt. Respirez. Commencez par la fin.</p>",
    ),
    (
        "GC Notify turns five",
        "<p>GC Notify was launched in 2019. More than 300 services use it. On a busy day it sends 400,000 emails.</p>",
        "Notification GC a cinq ans",
        "<p>Notification GC a été lancé en 2019. Plus de 300\u{a0}services l'utilisent. Les jours de pointe, il envoie 400\u{a0}000\u{a0}courriels.</p>",
    ),
    (
        "What's next for the design system",
        "<p>We'll add buttons, tabs and a date picker. We don't know yet when the tables will come. You'll find them in the backlog.</p>",
        "La suite pour le système de conception",
        "<p>Nous ajouterons des boutons, des onglets et un sélecteur de date. Nous ne savons pas encore quand viendront les tableaux. Vous les trouverez dans le carnet de produit.</p>",
    ),
    (
        "A thousand small steps",
        "<p>In 1995, the first site went online. Thirty years later, 10,000 pages have been merged, moved or retired. The work is never done!</p>",
        "Mille petits pas",
        "<p>En 1995, le premier site a été mis en ligne. Trente ans plus tard, 10\u{a0}000\u{a0}pages ont été fusionnées, déplacées ou retirées. Le travail n'est jamais terminé!</p>",
    ),
    (
        "Hiring without a résumé",
        "<p>We tried something new: no résumé, one task. We received 112 applications in 3 weeks. Half came from outside Ottawa.</p>",
        "Embaucher sans curriculum vitæ",
        "<p>Nous avons tenté une nouvelle expérience\u{a0}: aucun curriculum vitæ, une seule tâche. Nous avons reçu 112\u{a0}candidatures en trois semaines. La moitié provenait de l'extérieur d'Ottawa.</p>",
    ),
    (
        "Listening to veterans",
        "<p>Veterans told us their stories, and 16 of them tested the page. “It is about time,” said one. The page went live on May 1, 2023.</p>",
        "À l'écoute des vétérans",
        "<p>Des vétérans nous ont raconté leur histoire, et 16 d'entre eux ont mis la page à l'essai. «\u{a0}Il était temps\u{a0}», a dit l'un d'eux. La page a été publiée le 1er\u{a0}mai 2023.</p>",
    ),
    (
        "Numbers that matter",
        "<p>The service cost $1.2 million. It saves people 40 minutes each. That makes 7 million hours a year.</p>",
        "Des chiffres qui comptent",
        "<p>Le service a coûté 1,2\u{a0}million de dollars. Il fait gagner 40\u{a0}minutes à chaque personne. Cela représente 7\u{a0}millions d'heures par année.</p>",
    ),
    (
        "Join our community call",
        "<p>The next call is on Thursday, March 4, 2027, at 1 pm (Eastern time). Bring a coffee. <a href=\"https://example.ca/en/call\">Register for the community call</a>.</p>",
        "Participez à notre appel communautaire",
        "<p>Le prochain appel aura lieu le jeudi 4\u{a0}mars 2027 à 13\u{a0}h (heure de l'Est). Apportez un café. <a href=\"https://example.ca/fr/appel\">Inscrivez-vous à l'appel communautaire</a>.</p>",
    ),
    (
        "Design research in the North",
        "<p>We flew to Iqaluit in a -30 °C winter. Eight people welcomed us into their homes. They taught us to slow down.</p>",
        "Recherche en conception dans le Nord",
        "<p>Nous nous sommes envolés vers Iqaluit par un froid de -30\u{a0}°C. Huit personnes nous ont accueillis chez elles. Elles nous ont appris à ralentir.</p>",
    ),
    (
        "Plain language and the law",
        "<p>Section 5 of the act is 98 words long. Our version has 31. The lawyers agreed: it means the same.</p>",
        "Le langage clair et la loi",
        "<p>L'article\u{a0}5 de la loi compte 98\u{a0}mots. Notre version en a 31. Les juristes en ont convenu\u{a0}: le sens est le même.</p>",
    ),
    (
        "Ask us anything",
        "<p>What is a product manager? Who decides what gets built? When do you say no? We answer your questions.</p>",
        "Posez-nous vos questions",
        "<p>Qu'est-ce qu'une gestionnaire de produit? Qui décide de ce qui est construit? Quand dites-vous non? Nous répondons à vos questions.</p>",
    ),
    (
        "The 10 most viewed pages",
        "<p>The 10 most viewed pages changed in one year. Passport came 1st, ahead of the weather. Taxes fell to 3rd place.</p>",
        "Les 10\u{a0}pages les plus consultées",
        "<p>Les 10\u{a0}pages les plus consultées ont changé en un an. Le passeport est arrivé au 1er\u{a0}rang, devant la météo. Les impôts sont tombés au 3e\u{a0}rang.</p>",
    ),
    (
        "Courses this summer",
        "<ul><li>Drawing lasts 1.5 hours, with a break of 20 minutes</li><li>Room 204 holds the wheels for pottery</li></ul><p>The <a href=\"https://www.canada.ca/en/timetable.html\">timetable of the courses is here</a>. Bring paper, pens, etc. Aprons are lent at the door.</p>",
        "Cours d'été",
        "<ul><li>La salle 204 abrite les tours pour la poterie</li><li>Le dessin dure une heure et demie, avec une pause de 20\u{a0}minutes</li></ul><p>L'<a href=\"https://www.canada.ca/fr/horaire.html\">horaire des cours se trouve ici</a>. Apportez du papier, des crayons, etc. Les tabliers sont prêtés à l'entrée.</p>",
    ),
    (
        "Calls to the help line",
        "<p>Table 1. Calls by reason</p><table><thead><tr><th scope=\"col\">Reason</th><th scope=\"col\">Spring</th><th scope=\"col\">Fall</th><th scope=\"col\">Total</th></tr></thead><tbody><tr><td>Passwords</td><td>352</td><td>418</td><td>1770</td></tr><tr><td>Printers</td><td>201</td><td>119</td><td>1320</td></tr></tbody></table>",
        "Appels à la ligne d'aide",
        "<p>Tableau 1. Appels selon le motif</p><table><thead><tr><th scope=\"col\">Motif</th><th scope=\"col\">Printemps</th><th scope=\"col\">Automne</th><th scope=\"col\">Total</th></tr></thead><tbody><tr><td>Mots de passe</td><td>352</td><td>418</td><td>1\u{a0}770</td></tr><tr><td>Imprimantes</td><td>201</td><td>119</td><td>1\u{a0}320</td></tr></tbody></table>",
    ),
    (
        "Two tours of the archives",
        "<p>English session</p><ul><li>Date: March 9, 2027</li><li>Time: 10 am to 11:30 am</li></ul><p>French session</p><ul><li>Date: March 11, 2027</li><li>Time: 1 pm to 2:30 pm</li></ul><p>Seats in each city:</p><ul><li>Fredericton: 40</li><li>Quebec City: 55</li><li>Winnipeg: 25</li></ul><p>The tours are given by the <a href=\"https://www.archives-friends.example/en/tours\">Friends of the Archives</a>.</p>",
        "Deux visites des archives",
        "<p>Séance en français</p><ul><li>Date\u{a0}: 11\u{a0}mars 2027</li><li>Heure\u{a0}: de 13\u{a0}h à 14\u{a0}h\u{a0}30</li></ul><p>Séance en anglais</p><ul><li>Date\u{a0}: 9\u{a0}mars 2027</li><li>Heure\u{a0}: de 10\u{a0}h à 11\u{a0}h\u{a0}30</li></ul><p>Places dans chaque ville\u{a0}:</p><ul><li>Fredericton\u{a0}: 40</li><li>Winnipeg\u{a0}: 25</li><li>Ville de Québec\u{a0}: 55</li></ul><p>Les visites sont offertes par les <a href=\"https://www.amis-archives.example/fr/visites\">Amis des archives</a>.</p>",
    ),
];

/// A list of pages, one of which is in one language only and says so.
const GARDEN: Article = (
    "A garden told twice",
    "<p>Our neighbours tell how it began. One of them wrote it down:</p><ul><li><a href=\"https://www.canada.ca/fr/jardins.html\">Les jardins qui ont changé la vie de la ville</a>, by the Rosemont team (in French only)</li></ul>",
    "Un jardin raconté deux fois",
    "<p>Nos voisins racontent comment tout a commencé. L'une d'eux l'a mis par écrit\u{a0}:</p><ul><li><a href=\"https://www.canada.ca/fr/jardins.html\">Les jardins qui ont changé la vie de la ville</a>, par l'équipe de Rosemont</li></ul>",
);

/// The same articles with one thing done wrong: title, language, what stands there, what comes instead, rule.
const SLIPS: &[(&str, &str, &str, &str, &str)] = &[
    ("Courses this summer", "fr", "204", "240", "BIL-07"),
    ("Courses this summer", "en", "20 minutes", "25 minutes", "BIL-07"),
    ("Courses this summer", "en", "timetable of the courses is here", "you can find it here", "LNK-01"),
    ("Calls to the help line", "fr", "418", "481", "BIL-07"),
    ("Two tours of the archives", "en", "March 9", "March 11", "BIL-07"),
    ("Two tours of the archives", "fr", "25</li>", "40</li>", "BIL-07"),
    ("Two tours of the archives", "fr", "/fr/visites", "/en/visites", "LNK-03"),
    ("Numbers that matter", "fr", "1,2\u{a0}million", "1,3\u{a0}million", "BIL-07"),
];

#[test]
fn one_thing_done_wrong_in_an_article_is_still_found() {
    for (title, key, from, to, rule) in SLIPS {
        let article = ARTICLES.iter().find(|it| it.0 == *title).unwrap();
        let findings = findings(article, &|own, body| if own == *key { body.replacen(from, to, 1) } else { body });
        assert!(findings.iter().any(|it| it.rule == *rule), "{title}: {from} → {to}: {}", shown(&findings));
    }
}

#[test]
fn values_exchanged_between_sessions_or_cities_are_still_found() {
    let tours = ARTICLES.iter().find(|it| it.0 == "Two tours of the archives").unwrap();
    for (one, other) in [("11\u{a0}mars", "9\u{a0}mars"), ("\u{a0}: 40", "\u{a0}: 25")] {
        let exchanged = |key: &str, text: String| {
            let swapped = text.replace(one, "@").replace(other, one).replace('@', other);
            if key == "fr" { swapped } else { text }
        };
        let findings = findings(tours, &exchanged);
        assert!(findings.iter().any(|it| it.rule == "BIL-07"), "{one} {other}: {}", shown(&findings));
    }
}

#[test]
fn the_name_of_a_page_in_one_language_is_no_text_left_untranslated() {
    let is_told = |from: &str, to: &str| {
        let said = findings(&GARDEN, &|_, text| text.replace(from, to));
        said.iter().any(|it| it.rule == "BIL-09")
    };
    assert!(!is_told("", ""));
    assert!(is_told(" (in French only)", ""));
    assert!(is_told("by the Rosemont team", "par toute l'équipe de Rosemont qui nous a aidés"));
}

/// What is said of the clean issue with an article in it, whose bodies are changed first.
fn findings(article: &Article, change: &dyn Fn(&str, String) -> String) -> Vec<Finding> {
    let (en, fr) = ((article.0, article.1), (article.2, article.3));
    let mut sample = clean();
    let story = &mut sample.issue.sections[0].stories[0];
    for (key, (title, body)) in [("en", en), ("fr", fr)] {
        let text = story.texts.get_mut(&lang(key)).unwrap();
        title.clone_into(&mut text.title);
        text.body = change(key, body.to_owned());
    }
    sample.findings()
}

#[test]
fn articles_as_federal_writers_publish_them_raise_no_alarm() {
    let mut wrong = String::new();
    for article in ARTICLES {
        let said = heavy(findings(article, &|_, body| body));
        if !said.is_empty() {
            wrong.push_str(&[article.0, ":\n", &shown(&said)].concat());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
