# Les mots de l'édition française. Un fichier de ce nom dans templates/locales/ d'une infolettre remplace des clés.
# Les espaces insécables s'écrivent {"\u00A0"}.

month_1 = janvier
month_2 = février
month_3 = mars
month_4 = avril
month_5 = mai
month_6 = juin
month_7 = juillet
month_8 = août
month_9 = septembre
month_10 = octobre
month_11 = novembre
month_12 = décembre
weekday_1 = lundi
weekday_2 = mardi
weekday_3 = mercredi
weekday_4 = jeudi
weekday_5 = vendredi
weekday_6 = samedi
weekday_7 = dimanche
date = { $day ->
    [1] 1er
   *[other] { $day }
}{"\u00A0"}{ $month }{"\u00A0"}{ $year }
month_and_year = { $month }{"\u00A0"}{ $year }
day = le { $weekday } { $date }
bare_day = { $weekday } { $date }
time = { $minute ->
    [0] { $hour }{"\u00A0"}h
   *[other] { $hour }{"\u00A0"}h{"\u00A0"}{ $minute2 }
}
thousands_mark = {"\u00A0"}
decimal_mark = ,
zone = { $zone ->
    [America_Toronto] heure de l'Est
   *[other] { $zone }
}
when_start = { $day }, à { $start } ({ $zone })
when_range = { $day }, de { $start } à { $end } ({ $zone })
when_days = du { $first_day }, { $start }, au { $last_day }, { $end } ({ $zone })
when_whole_days = du { $first } au { $last }

issue_of = Numéro du { $date }
# Un rectificatif : son objet commence par le premier, son en-tête dit le second.
correction = Rectificatif
correction_to = Rectificatif au numéro du { $date }
n_stories = { $n ->
    [one] { $number }{"\u00A0"}article
   *[other] { $number }{"\u00A0"}articles
}
in_this_issue = Dans ce numéro
switch = Recevoir cette infolettre en français
web_version = Lire ce numéro sur le Web
label_event = Activité
label_job = Emploi
label_award = Prix
label_person = Portrait
label_resource = Ressource
label_call = Appel à tous
# Les mots des boutons qui mènent d'un article à sa page.
button_event = Détails et inscription
button_job = Voir l'offre d'emploi
button_award = Voir le prix
button_call = Voir comment participer
event_when = Quand
event_where = Où
event_language = Langue
event_audience = Public
event_register_by = Date limite d'inscription
# Le nom d'une langue. { $label } est le nom qu'elle se donne, pour les langues qui ne sont pas énumérées.
language_name = { $key ->
    [bilingual] français et anglais
    [en] anglais
    [fr] français
   *[other] { $label }
}
deadline = Date limite
by = Par{"\u00A0"}: { $author }
contact = Personne-ressource{"\u00A0"}:
photo = Photo{"\u00A0"}: { $credit }
# Après le titre d'un article offert dans une seule langue.
only_in = en { $language } seulement
only_notice = Ce texte provient d'une organisation qui n'est pas assujettie à la Loi sur les langues officielles ({ $organization }) et n'est offert que dans une langue.
contribute = Contribuez
connect = Restons en contact
about = À propos de l'infolettre
colon = {"\u00A0"}:
feedback = Cette infolettre vous a-t-elle été utile? Répondez à ce message{"\u00A0"}: une personne lit chaque réponse.
sent_by = Envoyée par le
on_behalf_of = au nom du { $organization }
write_to = Écrire à
change_language = Changer de langue
unsubscribe = Se désabonner
web_copy = Lire les numéros passés sur le Web
# L'avis en tête de l'édition en plusieurs langues, dans la langue à laquelle il mène. { $first } est la clé de la langue
# qui vient en premier.
follows = { $first ->
    [en] Le français suit l'anglais.
   *[other] Le français suit.
}
jump = Aller à la version française

# À côté du courriel : texte pour les médias sociaux et ébauches de remerciements.
share_read = Lire le numéro{"\u00A0"}:
share_subscribe = Pour recevoir l'infolettre, écrivez à { $email }.
share_until = d'ici le { $date }
thanks_subject = Merci{"\u00A0"}: vous êtes dans { $newsletter }, { $month }
thanks_hello = { $name ->
    [none] Bonjour,
   *[other] Bonjour { $name },
}
thanks_ran = L'infolettre { $newsletter } ({ $month }) est partie le { $date }, avec votre contribution{"\u00A0"}:
thanks_link = Vous pouvez le lire ici, et transmettre le lien{"\u00A0"}:
thanks_again = Merci d'y avoir consacré du temps. Si des lecteurs nous écrivent à ce sujet, nous vous ferons suivre leurs mots. Et si une autre idée vous vient, une ébauche suffit.
thanks_end = Avec nos remerciements,

# Les archives sur le Web.
site_skip = Passer au contenu principal
site_all = Tous les numéros
site_latest = Numéro le plus récent
site_sections = Par rubrique
site_follow = Suivez-nous
site_calendar = Calendrier des activités
site_add = Ajouter à votre calendrier
site_atom = Fil Atom
site_json = Fil JSON
site_stories = Pour les contributeurs{"\u00A0"}: articles reçus
site_modified = Date de modification
site_languages = Sélection de la langue
site_here = Vous êtes ici
site_correction = Correction
site_corrects = Ce numéro corrige
site_none = Aucun numéro n'est encore parti.
