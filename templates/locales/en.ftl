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
