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
zone = { $zone ->
    [America_Toronto] Eastern time
   *[other] { $zone }
}
when_start = { $day }, { $start } ({ $zone })
when_range = { $day }, { $start } to { $end } ({ $zone })
when_days = { $first_day }, { $start }, to { $last_day }, { $end } ({ $zone })
when_whole_days = { $first }, to { $last }

issue_of = Issue of { $date }
in_this_issue = In this issue
switch = Receive this newsletter in English
label_event = Event
label_job = Job
label_award = Award
label_person = People
label_resource = Resource
label_call = Call for ideas
event_when = When
event_where = Where
event_language = Language
event_audience = For
event_register_by = Register by
language_bilingual = English and French
language_en = English
language_fr = French
deadline = Deadline
by = By: { $author }
contact = Contact:
photo = Photo: { $credit }
only_en = English only
only_fr = French only
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
follows = The French version follows the English one.
jump = Go to the English version
