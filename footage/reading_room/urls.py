"""Readers' pages, below /en/ and /ar/."""

from django.urls import path

from footage.reading_room import browsing, concerns, documentation, views

urlpatterns = [
    path("", views.home, name="home"),
    path("clips/", views.clips, name="clips"),
    path("clips/<str:reference>/", views.clip, name="clip"),
    path("neighbourhoods/", browsing.neighbourhoods, name="neighbourhoods"),
    path("neighbourhoods/<slug:slug>/", browsing.neighbourhood, name="neighbourhood"),
    path("dates/", browsing.all_dates, name="dates"),
    path("dates/<int:year>/", browsing.year, name="year"),
    path("dates/<int:year>/<int:month>/", browsing.month, name="month"),
    path("dates/<int:year>/<int:month>/<int:day>/", browsing.day, name="day"),
    path("journalists/", browsing.journalists, name="journalists"),
    path("journalists/<slug:slug>/", browsing.journalist, name="journalist"),
    path("testimonies/", views.testimonies, name="testimonies"),
    path("testimonies/<str:reference>/", views.testimony, name="testimony"),
    path("events/<slug:slug>/", browsing.event, name="event"),
    path("films/<slug:slug>/", browsing.film, name="film"),
    path("about/", views.about, name="about"),
    path("about/data/", documentation.data_dictionary, name="data_dictionary"),
    path("safety/", concerns.safety, name="safety"),
    path("safety/outcome/", concerns.outcome, name="outcome"),
]
