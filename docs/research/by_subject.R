# Subjects and how long their clips are: CSV with R, nothing to install beside it.
# الموضوعات ومدة مقاطعها: ملف CSV مع R من دون أي حزمة إضافية.
#
#     Rscript by_subject.R https://archive.example

arguments <- commandArgs(trailingOnly = TRUE)
archive <- if (length(arguments) > 0) arguments[1] else "http://127.0.0.1:8000"

# Text stays text; an empty field alone is missing.
# يبقى النص نصًا، والحقل الفارغ وحده مفقود.
clips <- read.csv(
  url(paste0(archive, "/export/clips.csv")),
  colClasses = "character", na.strings = "", encoding = "UTF-8", check.names = FALSE
)
clips <- clips[is.na(clips$withdrawn_at), ]

# Codes of a list stand between bars; their meaning is in the data dictionary.
# تفصل الخطوط بين رموز القائمة، ومعانيها في قاموس البيانات.
subjects <- strsplit(ifelse(is.na(clips$subjects), "", clips$subjects), " | ", fixed = TRUE)
long <- data.frame(
  subject = unlist(subjects),
  seconds = rep(as.numeric(clips$duration_s), lengths(subjects))
)
print(aggregate(seconds ~ subject, data = long, FUN = sum))
cat(nrow(clips), "clips\n")
