# The words of the English edition. A file of this name in a newsletter's templates/locales/ replaces single keys.
# Non-breaking spaces are written {"\u00A0"}.

month_1 = January
month_2 = February
month_3 = March
month_4 = April
month_5 = May
month_6 = June
month_7 = July
month_8 = August
month_9 = September
month_10 = October
month_11 = November
month_12 = December
weekday_1 = Monday
weekday_2 = Tuesday
weekday_3 = Wednesday
weekday_4 = Thursday
weekday_5 = Friday
weekday_6 = Saturday
weekday_7 = Sunday
date = { $month }{"\u00A0"}{ $day }, { $year }
month_and_year = { $month }{"\u00A0"}{ $year }
day = { $weekday }, { $date }
bare_day = { $weekday }, { $date }
time = { $minute ->
    [0] { $hour12 }{"\u00A0"}{ $half }
   *[other] { $hour12 }:{ $minute2 }{"\u00A0"}{ $half }
}
thousands_mark = ,
decimal_mark = .
zone = { $zone ->
    [America_Toronto] Eastern time
   *[other] { $zone }
}
when_start = { $day }, { $start } ({ $zone })
when_range = { $day }, { $start } to { $end } ({ $zone })
when_days = { $first_day }, { $start }, to { $last_day }, { $end } ({ $zone })
when_whole_days = { $first }, to { $last }

issue_of = Issue of { $date }
# A correction: its subject begins with the first, its masthead says the second.
correction = Correction
correction_to = Correction to the issue of { $date }
n_stories = { $n ->
    [one] { $number }{"\u00A0"}story
   *[other] { $number }{"\u00A0"}stories
}
in_this_issue = In this issue
switch = Receive this newsletter in English
web_version = Read this issue on the web
label_event = Event
label_job = Job
label_award = Award
label_person = People
label_resource = Resource
label_call = Call for ideas
# The words on the buttons that lead from a story to its page.
button_event = Details and registration
button_job = See the job posting
button_award = See the award
button_call = See how to take part
event_when = When
event_where = Where
event_language = Language
event_audience = For
event_register_by = Register by
# What a language is called. { $label } is its own name, for languages that are not listed.
language_name = { $key ->
    [bilingual] English and French
    [en] English
    [fr] French
   *[other] { $label }
}
deadline = Deadline
by = By: { $author }
contact = Contact:
photo = Photo: { $credit }
# Behind the title of a story that exists in one language only.
only_in = { $language } only
only_notice = This item comes from { $organization }, which is not subject to the Official Languages Act, and is available in one language only.
contribute = Contribute
connect = Stay connected
about = About this newsletter
colon = :
feedback = Was this useful? Reply to this message: a person reads every answer.
sent_by = Sent by the
on_behalf_of = on behalf of the { $organization }
write_to = Write to
change_language = Change language
unsubscribe = Unsubscribe
web_copy = Read past issues on the web
# The notice at the top of the edition in several languages, in the language to which it leads. { $first } is the key of
# the language that comes first.
follows = { $first ->
    [fr] English follows the French.
   *[other] English follows.
}
jump = Go to the English version

# Beside the mail: text for social media, and drafts of thanks.
share_read = Read the issue:
share_subscribe = To receive the newsletter, write to { $email }.
share_until = by { $date }
thanks_subject = Thank you: you are in { $newsletter }, { $month }
thanks_hello = { $name ->
    [none] Hello,
   *[other] Hello { $name },
}
thanks_ran = The { $month } issue of { $newsletter } left on { $date }, with your contribution in it:
thanks_link = You can read it here, and pass the link on:
thanks_again = Thank you for taking the time. If readers write to us about it, we will forward what they say. And if another idea comes to you, a rough one is enough.
thanks_end = With thanks,

# The archive on the web.
site_skip = Skip to main content
site_all = All issues
site_latest = Latest issue
site_sections = By section
site_follow = Follow
site_calendar = Calendar of events
site_add = Add to your calendar
site_atom = Atom feed
site_json = JSON feed
site_stories = For contributors: stories received
site_modified = Date modified
site_languages = Language selection
site_here = You are here
site_correction = Correction
site_corrects = This issue corrects
site_none = No issue has left yet.

# The public pages: subscribe, confirm, change, leave. { $title } is the newsletter, { $email } the office's address.
serve_subscribe_title = Subscribe to { $title }
serve_subscribe_lead = One message a month, in the language you choose. You can leave at any time, with one click.
serve_email_label = Email address
serve_email_hint = For example: name@example.ca
serve_language_label = Language of your messages
serve_language_both = Both languages, in one message
serve_required = (required)
serve_trap_label = Leave this field empty
serve_subscribe_button = Subscribe
serve_closed_title = Subscriptions are closed
serve_closed_text = { $title } takes no new subscriptions here. Who receives it can still change what they get, or leave, by the links in each message.
serve_asked_title = Check your mail
serve_asked_text = A message is on its way to the address you gave, if it has not had one from us in the last day. Open the link in it and press the button: then you are subscribed.
serve_asked_where = Nothing has come after ten minutes? Look among your unwanted messages, or write to { $email }.
serve_error = Error:
serve_error_title = There is a mistake in this form
serve_error_email = Write one email address, such as name@example.ca
serve_error_domain = This newsletter is for addresses at { $domains }
serve_error_language = Choose a language
serve_error_trap = A field that must stay empty was filled in. Please try again and leave it empty
serve_error_date = Write a day within the next twelve months, such as { $example }
serve_confirm_title = Confirm your subscription
serve_confirm_text = Press the button, and { $title } comes to you from the next issue on.
serve_confirm_button = Confirm my subscription
serve_confirmed_title = You are subscribed
serve_confirmed_text = Thank you. A message of welcome is on its way.
serve_to_preferences = Change what you receive
serve_move_title = Confirm your new address
serve_move_text = Press the button, and your messages come to this address instead of the old one.
serve_move_button = Confirm my new address
serve_moved_title = Your new address is confirmed
serve_moved_text = Your messages come to it from now on.
serve_leave_title = Unsubscribe from { $title }
serve_leave_text = Press the button, and nothing more is sent to you.
serve_leave_button = Unsubscribe
serve_left_title = You are unsubscribed
serve_left_text = No more messages will be sent to you. One that is already on its way may still arrive.
serve_left_again = Was it a mistake? You can subscribe again.
serve_preferences_title = What you receive
serve_preferences_of = The choices on this page are for { $address }. They hold from the next issue on.
serve_choices_title = Language and format
serve_plain_label = Plain text only, without formatting or pictures
serve_save_button = Save my choices
serve_saved_title = Your choices are saved
serve_pause_title = Pause
serve_pause_label = No messages before this day
serve_pause_hint = Year, month and day, for example: { $example }
serve_pause_button = Pause my messages
serve_paused_title = Your messages are paused
serve_paused_text = They come again from { $date } on.
serve_resume_button = Resume now
serve_resumed_title = Your messages come again
serve_address_title = New address
serve_address_label = New email address
serve_address_hint = We send a message there. The new address counts once you press the button in it.
serve_address_button = Change my address
serve_back = Back to your choices
serve_gone_title = This link does not work
serve_gone_text = It may be too old, or a mail program has cut it in two. Copy the whole link from the message, or write to { $email }.
serve_not_found_title = There is no such page
serve_not_found_text = Check the address, or begin with all issues.
serve_busy_title = Please try again in a minute
serve_busy_text = Nothing was changed. You can also write to { $email }.
serve_too_often_title = Too many requests
serve_too_often_text = Nothing was sent. Please try again in an hour, or write to { $email }.
serve_bad_title = This request cannot be read
serve_bad_text = Nothing was changed. Go back and try again, or write to { $email }.
serve_privacy_title = Privacy notice
serve_privacy_what = To give your address is voluntary. We collect your email address and your choice of language, and nothing else. We use them only to send you { $title }.
serve_privacy_authority = Authority for the collection: { $authority }.
serve_privacy_track = We do not see whether you open a message or follow a link. These pages set no cookies, run no scripts and load nothing from others. Your network address is used for an hour at most, in memory only, to stop abuse, and is not recorded.
serve_privacy_kept = After you leave, we keep your address for { $days } days, to show that we acted on your request. After that only a coded mark is left, which keeps you off the list. A request that you never confirm is deleted after { $unconfirmed } days.
serve_privacy_bank = This collection is described in the standard personal information bank Outreach Activities, PSU 938. You have the right to see and correct what we hold about you: write to { $email }. You also have the right to complain to the Privacy Commissioner of Canada.
serve_privacy_see = You may see and correct what we hold about you: write to { $email }.
serve_privacy_links = Your links are yours alone: whoever has a message of yours can use them. Forward the web page of an issue rather than the message.
# Mail about a subscription.
serve_mail_confirm_subject = Confirm your subscription to { $title }
serve_mail_confirm_text = Somebody asked that { $title } be sent to this address. If it was you, open the page below and press its button.
serve_mail_confirm_not = If it was not you, do nothing. Nothing more will be sent, and the request is deleted after { $days } days.
serve_mail_known_subject = You already receive { $title }
serve_mail_known_text = Somebody asked that { $title } be sent to this address. It already is. Here you can change what you receive:
serve_mail_known_not = If it was not you, there is nothing to do.
serve_mail_new_address_subject = Confirm your new address for { $title }
serve_mail_new_address_text = A reader of { $title } asked that it be sent to this address from now on. If it was you, open the page below and press its button.
serve_mail_new_address_not = If it was not you, do nothing: everything stays as it is.
serve_mail_welcome_subject = Welcome to { $title }
serve_mail_welcome_text = Your subscription is confirmed: { $title } comes to you from the next issue on.
serve_mail_welcome_latest = Read the latest issue
serve_mail_welcome_change = Change language, format or address, pause, or unsubscribe:
serve_mail_foot = { $office }, { $address }. Questions: { $email }
