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

# Les pages publiques : s'abonner, confirmer, changer, se désabonner. { $title } est l'infolettre, { $email } l'adresse du
# bureau.
serve_subscribe_title = S'abonner{"\u00A0"}: { $title }
serve_subscribe_lead = Un message par mois, dans la langue de votre choix. Vous pouvez vous désabonner en tout temps, d'un seul clic.
serve_email_label = Adresse de courriel
serve_email_hint = Par exemple{"\u00A0"}: nom@example.ca
serve_language_label = Langue de vos messages
serve_language_both = Les deux langues, dans un même message
serve_required = (obligatoire)
serve_trap_label = Laissez ce champ vide
serve_subscribe_button = S'abonner
serve_closed_title = Les abonnements sont fermés
serve_closed_text = { $title }{"\u00A0"}: aucun nouvel abonnement n'est accepté ici. Les personnes abonnées peuvent toujours changer leurs choix ou se désabonner au moyen des liens de chaque message.
serve_asked_title = Vérifiez votre courriel
serve_asked_text = Un message est en route vers l'adresse que vous avez donnée, si elle n'en a pas reçu de nous depuis un jour. Ouvrez le lien qu'il contient et appuyez sur le bouton{"\u00A0"}: votre abonnement sera alors en vigueur.
serve_asked_where = Rien n'est arrivé après dix minutes? Regardez parmi vos messages indésirables, ou écrivez à { $email }.
serve_error = Erreur{"\u00A0"}:
serve_error_title = Ce formulaire contient une erreur
serve_error_email = Écrivez une seule adresse de courriel, comme nom@example.ca
serve_error_domain = Cette infolettre est réservée aux adresses de { $domains }
serve_error_language = Choisissez une langue
serve_error_trap = Un champ qui doit rester vide a été rempli. Veuillez recommencer en le laissant vide
serve_error_date = Écrivez un jour des douze prochains mois, comme { $example }
serve_confirm_title = Confirmer votre abonnement
serve_confirm_text = Appuyez sur le bouton, et vous recevrez { $title } dès le prochain numéro.
serve_confirm_button = Confirmer mon abonnement
serve_confirmed_title = Votre abonnement est en vigueur
serve_confirmed_text = Merci. Un message de bienvenue est en route.
serve_to_preferences = Changer ce que vous recevez
serve_move_title = Confirmer votre nouvelle adresse
serve_move_text = Appuyez sur le bouton, et vos messages arriveront à cette adresse plutôt qu'à l'ancienne.
serve_move_button = Confirmer ma nouvelle adresse
serve_moved_title = Votre nouvelle adresse est confirmée
serve_moved_text = Vos messages y arriveront désormais.
serve_leave_title = Se désabonner{"\u00A0"}: { $title }
serve_leave_text = Appuyez sur le bouton, et plus rien ne vous sera envoyé.
serve_leave_button = Me désabonner
serve_left_title = Votre désabonnement est fait
serve_left_text = Plus aucun message ne vous sera envoyé. Un message déjà en route peut encore arriver.
serve_left_again = C'était une erreur? Vous pouvez vous abonner de nouveau.
serve_preferences_title = Ce que vous recevez
serve_preferences_of = Les choix de cette page concernent { $address }. Ils s'appliquent dès le prochain numéro.
serve_choices_title = Langue et format
serve_plain_label = Texte brut seulement, sans mise en forme ni images
serve_save_button = Enregistrer mes choix
serve_saved_title = Vos choix sont enregistrés
serve_pause_title = Pause
serve_pause_label = Aucun message avant ce jour
serve_pause_hint = Année, mois et jour, par exemple{"\u00A0"}: { $example }
serve_pause_button = Suspendre mes messages
serve_paused_title = Vos messages sont suspendus
serve_paused_text = Ils reprendront à compter de cette date{"\u00A0"}: { $date }.
serve_resume_button = Reprendre maintenant
serve_resumed_title = Vos messages reprennent
serve_address_title = Nouvelle adresse
serve_address_label = Nouvelle adresse de courriel
serve_address_hint = Nous y envoyons un message. La nouvelle adresse comptera quand vous aurez appuyé sur le bouton qu'il contient.
serve_address_button = Changer mon adresse
serve_back = Revenir à vos choix
serve_gone_title = Ce lien ne fonctionne pas
serve_gone_text = Il est peut-être trop ancien, ou un logiciel de courriel l'a coupé en deux. Copiez le lien entier à partir du message, ou écrivez à { $email }.
serve_not_found_title = Cette page n'existe pas
serve_not_found_text = Vérifiez l'adresse, ou commencez par tous les numéros.
serve_busy_title = Veuillez réessayer dans une minute
serve_busy_text = Rien n'a été changé. Vous pouvez aussi écrire à { $email }.
serve_too_often_title = Trop de demandes
serve_too_often_text = Rien n'a été envoyé. Veuillez réessayer dans une heure, ou écrivez à { $email }.
serve_bad_title = Cette demande est illisible
serve_bad_text = Rien n'a été changé. Revenez en arrière et réessayez, ou écrivez à { $email }.
serve_privacy_title = Avis de confidentialité
serve_privacy_what = Vous donnez votre adresse de façon volontaire. Nous recueillons votre adresse de courriel et votre choix de langue, et rien d'autre. Nous ne nous en servons que pour vous envoyer { $title }.
serve_privacy_authority = Autorisation de la collecte{"\u00A0"}: { $authority }.
serve_privacy_track = Nous ne voyons pas si vous ouvrez un message ou suivez un lien. Ces pages ne déposent aucun témoin, n'exécutent aucun script et ne chargent rien d'ailleurs. Votre adresse réseau sert pendant une heure au plus, en mémoire seulement, à contrer les abus, et n'est pas consignée.
serve_privacy_kept = Après votre désabonnement, nous gardons votre adresse { $days } jours, pour montrer que nous avons donné suite à votre demande. Ensuite, il ne reste qu'une empreinte codée, qui vous garde hors de la liste. Une demande que vous ne confirmez jamais est supprimée après { $unconfirmed } jours.
serve_privacy_bank = Cette collecte est décrite dans le fichier de renseignements personnels ordinaire Activités de sensibilisation, POU 938. Vous avez le droit de consulter et de faire corriger ce que nous détenons à votre sujet{"\u00A0"}: écrivez à { $email }. Vous avez aussi le droit de porter plainte auprès du commissaire à la protection de la vie privée du Canada.
serve_privacy_see = Vous pouvez consulter et faire corriger ce que nous détenons à votre sujet{"\u00A0"}: écrivez à { $email }.
serve_privacy_links = Vos liens sont à vous seuls{"\u00A0"}: quiconque a un message de vous peut s'en servir. Transmettez la page Web d'un numéro plutôt que le message.
# Les courriels au sujet d'un abonnement.
serve_mail_confirm_subject = Confirmez votre abonnement{"\u00A0"}: { $title }
serve_mail_confirm_text = Quelqu'un a demandé que l'infolettre { $title } soit envoyée à cette adresse. Si c'était vous, ouvrez la page ci-dessous et appuyez sur son bouton.
serve_mail_confirm_not = Si ce n'était pas vous, ne faites rien. Rien d'autre ne sera envoyé, et la demande est supprimée après { $days } jours.
serve_mail_known_subject = Vous recevez déjà { $title }
serve_mail_known_text = Quelqu'un a demandé que l'infolettre { $title } soit envoyée à cette adresse. C'est déjà le cas. Vous pouvez changer ici ce que vous recevez{"\u00A0"}:
serve_mail_known_not = Si ce n'était pas vous, il n'y a rien à faire.
serve_mail_new_address_subject = Confirmez votre nouvelle adresse{"\u00A0"}: { $title }
serve_mail_new_address_text = Une personne abonnée à { $title } a demandé que ses messages arrivent désormais à cette adresse. Si c'était vous, ouvrez la page ci-dessous et appuyez sur son bouton.
serve_mail_new_address_not = Si ce n'était pas vous, ne faites rien{"\u00A0"}: tout reste comme avant.
serve_mail_welcome_subject = Bienvenue{"\u00A0"}: { $title }
serve_mail_welcome_text = Votre abonnement est confirmé{"\u00A0"}: vous recevrez { $title } dès le prochain numéro.
serve_mail_welcome_latest = Lire le dernier numéro
serve_mail_welcome_change = Changer de langue, de format ou d'adresse, suspendre les messages ou vous désabonner{"\u00A0"}:
serve_mail_foot = { $office }, { $address }. Questions{"\u00A0"}: { $email }
