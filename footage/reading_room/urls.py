"""Readers' pages, below /en/ and /ar/."""

from django.urls import path

from footage.reading_room import (
    browsing,
    by_day,
    by_place,
    concerns,
    design,
    documentation,
    exporting,
    suggesting,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("clips/", views.clips, name="clips"),
    path("clips/<str:reference>/", views.clip, name="clip"),
    path("embed/<str:reference>/", views.embed, name="embed"),
    path("neighbourhoods/", by_place.neighbourhoods, name="neighbourhoods"),
    path("neighbourhoods/<slug:slug>/", by_place.neighbourhood, name="neighbourhood"),
    path("suggest/", suggesting.suggest, name="suggest"),
    path("map/", by_place.city_map, name="map"),
    path("dates/", by_day.all_dates, name="dates"),
    path("dates/<int:year>/", by_day.year, name="year"),
    path("dates/<int:year>/<int:month>/", by_day.month, name="month"),
    path("dates/<int:year>/<int:month>/<int:day>/", by_day.day, name="day"),
    path("journalists/", browsing.journalists, name="journalists"),
    path("journalists/<slug:slug>/", browsing.journalist, name="journalist"),
    path("testimonies/", views.testimonies, name="testimonies"),
    path("testimonies/<str:reference>/", views.testimony, name="testimony"),
    path("events/", browsing.events, name="events"),
    path("events/<slug:slug>/", browsing.event, name="event"),
    path("films/", browsing.films, name="films"),
    path("films/<slug:slug>/", browsing.film, name="film"),
    path("about/", views.about, name="about"),
    path("about/data/", documentation.data_dictionary, name="data_dictionary"),
    path("about/design/", design.design, name="design"),
    path("about/api/", documentation.api_documentation, name="api_documentation"),
    path("export/", exporting.exporting, name="exporting"),
    path("safety/", concerns.safety, name="safety"),
    path("safety/outcome/", concerns.outcome, name="outcome"),
]
