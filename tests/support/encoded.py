"""A sentence in each of the old encodings."""

# ruff: noqa: E501  (a sentence stays whole)

SENTENCES = {
    "cp1252": "The café’s naïve owner — a “gentleman” — paid £20 for the résumé. He said the façade was fine.",
    "latin-1": "Die Bürgermeisterin erklärte am Donnerstag, die Straße werde für zwei Wochen gesperrt.",
    "mac_roman": "Le président a déclaré jeudi que les élections auraient lieu à l’été, malgré la grève générale.",
    "cp1250": "Władze miasta ogłosiły w czwartek, że most zostanie zamknięty. Mieszkańcy są wściekli, gdyż objazd trwa.",
    "iso8859_2": "Władze miasta ogłosiły w czwartek, że most zostanie zamknięty. Mieszkańcy są wściekli, gdyż trwa.",
    "cp1251": "Власти города объявили в четверг, что мост будет закрыт на две недели. Жители недовольны.",
    "koi8-r": "Власти города объявили в четверг, что мост будет закрыт на две недели. Жители недовольны.",
    "cp866": "Власти города объявили в четверг, что мост будет закрыт на две недели. Жители недовольны.",
    "cp1253": "Οι αρχές της πόλης ανακοίνωσαν την Πέμπτη ότι η γέφυρα θα παραμείνει κλειστή για δύο εβδομάδες.",
    "cp1254": "Belediye perşembe günü köprünün iki hafta boyunca kapatılacağını açıkladı. Halk tepki gösterdi.",
    "cp1255": "רשויות העיר הודיעו ביום חמישי כי הגשר ייסגר לשבועיים. התושבים אינם מרוצים, שכן העיקוף נמשך שעה.",
    "cp1256": "أعلنت سلطات المدينة يوم الخميس أن الجسر سيغلق لمدة أسبوعين. السكان غير راضين لأن الطريق طويل.",
    "shift_jis": "市当局は木曜日、橋を二週間閉鎖すると発表した。住民は、迂回に一時間かかるとして不満を述べている。",
    "euc_jp": "市当局は木曜日、橋を二週間閉鎖すると発表した。住民は、迂回に一時間かかるとして不満を述べている。",
    "iso2022_jp": "市当局は木曜日、橋を二週間閉鎖すると発表した。住民は、迂回に一時間かかるとして不満を述べている。",
    "gb18030": "市政府周四宣布，大桥将关闭两周。居民对此表示不满，因为绕行需要一个小时。市长说，工作将于五月开始。",
    "big5": "市政府週四宣布，大橋將關閉兩週。居民對此表示不滿，因為繞行需要一個小時。市長說，工作將於五月開始。",
    "euc_kr": "시 당국은 목요일에 다리를 2주 동안 폐쇄한다고 발표했다. 주민들은 우회하는 데 한 시간이 걸린다며 불만이다.",
}
