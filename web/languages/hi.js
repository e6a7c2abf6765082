/** हिन्दी: the page in Hindi. The English of these keys is in the HTML and in en.js. */

export default {
  words: {
    language: 'भाषा',
    languageMissing: 'पेज की भाषा {name} नहीं हो सकी। इंटरनेट कनेक्शन देखें और फिर कोशिश करें।',

    // ---- index.html
    title: 'हमशक्ल: देखें, आपका चेहरा किससे मिलता है',
    description: 'एक फ़ोटो चुनें और देखें कि गैलरी में किसका चेहरा उससे सबसे ज़्यादा मिलता है। सब कुछ आपके ब्राउज़र में होता है; कुछ भी अपलोड नहीं होता।',
    brand: 'हमशक्ल',
    aboutPage: 'इस पेज के बारे में',
    how: 'यह कैसे काम करता है',
    privacy: 'निजता',
    question: 'आप किसके जैसे दिखते हैं?',
    lead: 'एक फ़ोटो चुनें। यह पेज उसमें चेहरा ढूँढता है और गैलरी के वे पाँच लोग दिखाता है जिनका चेहरा उससे सबसे ज़्यादा मिलता है।',
    choosePhoto: 'फ़ोटो चुनें',
    dropOrPaste: 'या फ़ोटो को इस पेज पर कहीं भी छोड़ें या पेस्ट करें',
    promise: 'आपकी फ़ोटो इसी डिवाइस पर रहती है। कुछ भी अपलोड नहीं होता।',
    downloadNow: 'अभी डाउनलोड करें',
    samples: 'अभी कोई फ़ोटो नहीं है? इनमें से एक आज़माएँ',
    photoAndResult: 'फ़ोटो और नतीजा',
    cancel: 'रद्द करें',
    details: 'विवरण',
    meaning: 'इन अंकों का क्या मतलब है?',
    meaningCosine: 'नेटवर्क हर चेहरे को संख्याओं की एक सूची में बदलता है; एक ही व्यक्ति की दो फ़ोटो से मिलती-जुलती सूचियाँ बनती हैं। दो सूचियाँ कितनी मिलती हैं, यह उनका {cosineWord} बताता है: एक ही सूची के लिए 1, और जिन चेहरों में कुछ भी एक-सा नहीं, उनके लिए लगभग 0।',
    cosineWord: 'कोसाइन',
    meaningStrangers: 'अकेला कोसाइन कम बताता है। इसलिए हर अंक की तुलना इससे की जाती है कि इस गैलरी के लोग आपस में कितने मिलते हैं। “99 % अजनबी जोड़ियों से ज़्यादा मिलता है” का मतलब है: गैलरी के अलग-अलग लोगों की सौ जोड़ियों में से केवल एक इससे ज़्यादा मिलती है। पट्टी का हर तिहाई भाग दस गुना कम जोड़ियाँ दिखाता है।',
    meaningLimits: 'मिलता-जुलता दिखने का मतलब न तो एक ही व्यक्ति होना है, न रिश्तेदार होना। नेटवर्क में कमियाँ भी हैं: उसने मशहूर लोगों की फ़ोटो से सीखा है, और जैसे चेहरे उसने कम देखे हैं, उनमें वह ज़्यादा चूकता है। दक्षिण एशियाई चेहरे भी इनमें हैं।',
    networkAndGallery: 'नेटवर्क और गैलरी',
    networkIs: 'नेटवर्क: {name}',
    networkGone: 'पिछली बार आपने जो नेटवर्क चुना था, वह अब इस डिवाइस पर नहीं है; इसलिए साइट का अपना नेटवर्क काम कर रहा है।',
    networkChoice: 'चेहरों में फ़र्क़ करने वाला नेटवर्क',
    gallery: 'गैलरी',
    weights: 'क्या आपके पास VGGFace के प्रकाशित वेट (.h5) हैं? फ़ाइल को इस पेज पर कहीं भी छोड़ें, या {choose}। वह इसी डिवाइस पर बदली जाती है और यहीं रहती है।',
    weightsChoose: 'उसे चुनें',
    howText: 'एक छोटा नेटवर्क आपकी फ़ोटो में चेहरे ढूँढता है। दूसरा नेटवर्क आपके चुने हुए चेहरे को संख्याओं की सूची में बदलता है। पेज इस सूची की तुलना गैलरी की सूचियों से करता है और सबसे क़रीब के पाँच लोग दिखाता है। यह सब C में लिखा है, WebAssembly में बदला गया है और आपके ब्राउज़र में चलता है।',
    leaves: 'इस डिवाइस से क्या बाहर जाता है',
    leavesText: 'कुछ नहीं। नेटवर्क और गैलरी आपके पास डाउनलोड होते हैं; आपकी फ़ोटो, उसके चेहरे और नतीजे न कहीं भेजे जाते हैं, न सहेजे जाते हैं। ख़ुद जाँच लें: नतीजा दिखने के बाद इंटरनेट बंद कर दें और दूसरी फ़ोटो चुनें।',
    kind: 'दूसरों का ख़याल रखें',
    kindText: 'यह चेहरों का एक खेल है। नतीजा इस बात का सबूत नहीं है कि कोई कौन है। किसी की फ़ोटो लेने से पहले उनसे पूछ लें, और इससे किसी के बारे में राय न बनाएँ।',
    licences: 'लाइसेंस और श्रेय',
    drop: 'देखने के लिए फ़ोटो यहाँ छोड़ें',
    remove: 'इस डिवाइस से हटाएँ',

    useCamera: 'कैमरा चलाएँ',
    camera: 'कैमरा',
    cameraView: 'कैमरे का दृश्य',
    cameraShoot: 'फ़ोटो लें',
    cameraTimer: '3 सेकंड बाद',
    cameraTurn: 'दूसरा कैमरा',
    close: 'बंद करें',
    cameraPromise: 'कैमरा केवल तब तक चलता है जब तक यह विंडो खुली है, और फ़ोटो इसी डिवाइस पर रहती है।',

    // ---- Choosing a photo
    downloadReady: 'तैयार: ज़रूरत की हर चीज़ इस डिवाइस पर है।',
    downloadAll: 'पहली फ़ोटो पर एक बार {size} डाउनलोड होगा।',
    downloadRest: 'पहली फ़ोटो पर एक बार {size} डाउनलोड होगा (बाक़ी पहले से इस डिवाइस पर है)।',
    megabytes: '{size} MB',
    yourPhoto: 'आपकी फ़ोटो',
    facesFound: {
      one: 'एक चेहरा मिला।',
      other: '{count} चेहरे मिले। निशान वाला चेहरा देखा जा रहा है; फ़ोटो में दूसरा चुन सकते हैं।',
    },
    noFaceFound: 'कोई चेहरा नहीं मिला।',
    faceOf: '{count} में से चेहरा {number}',
    shrunk: 'फ़ोटो पहले {fromWidth} × {fromHeight} से घटाकर {width} × {height} पिक्सेल की गई।',
    givenFolder: 'वह एक फ़ोल्डर था। एक फ़ोटो चुनें।',
    givenNothing: 'उसमें कोई फ़ोटो नहीं थी। किसी तस्वीर की फ़ाइल कॉपी करें या यहाँ छोड़ें।',
    givenAddress: 'वह किसी दूसरी साइट की तस्वीर का पता था, और यह पेज कहीं और से कुछ नहीं लाता। पहले तस्वीर सहेज लें, फिर उसे चुनें।',
    givenSeveral: 'वे कई फ़ाइलें थीं; यह उनमें से पहली है।',

    // ---- Camera
    cameraAsking: 'ब्राउज़र पूछ रहा है कि क्या यह पेज कैमरा चला सकता है। आगे बढ़ने के लिए अनुमति दें।',
    cameraHint: 'सीधे कैमरे की ओर देखें; रोशनी सामने से हो और चेहरा रेखा के भीतर रहे।',
    cameraCount: {
      one: 'फ़ोटो {count} सेकंड में ली जाएगी।',
      other: 'फ़ोटो {count} सेकंड में ली जाएगी।',
    },
    cameraRefused: 'इस पेज को कैमरा चलाने की अनुमति नहीं है। पते के पास के निशान से इस साइट की सेटिंग में अनुमति दें और फिर कोशिश करें; या कोई फ़ोटो चुनें।',
    cameraNone: 'कोई कैमरा नहीं मिला। कैमरा जोड़ें और फिर कोशिश करें, या कोई फ़ोटो चुनें।',
    cameraBusy: 'कैमरा किसी दूसरे प्रोग्राम या पेज में चल रहा है, या बंद है। उसे बंद करें और फिर कोशिश करें, या कोई फ़ोटो चुनें।',
    cameraEnded: 'कैमरा बंद हो गया या हटा दिया गया। उसे चालू करें और फिर कोशिश करें।',
    cameraInsecure: 'ब्राउज़र केवल https वाले पेजों को कैमरा देते हैं। यह पेज https: से शुरू होने वाले पते पर खोलें, या कोई फ़ोटो चुनें।',
    cameraUnknown: 'यहाँ कैमरा नहीं चल सकता। फिर कोशिश करें, या कोई फ़ोटो चुनें।',

    // ---- Progress
    oneMoment: 'एक पल',
    gettingReady: 'तैयारी हो रही है',
    converting: 'आपके वेट बदले जा रहे हैं',
    adapting: 'गैलरी को नेटवर्क के लायक़ बनाया जा रहा है',
    looking: 'फ़ोटो देखी जा रही है',
    starting: '{name} शुरू हो रहा है',
    convertingShare: '{file}: {share} %, इसी डिवाइस पर',
    pictureOf: '{count} में से तस्वीर {number}',
    megabytesOf: '{total} MB में से {loaded}',

    // ---- Results
    galleryEmpty: 'गैलरी ख़ाली है',
    galleryEmptyText: 'ऐसी गैलरी लगाएँ जिसमें लोग हों।',
    nobody: 'यहाँ किसी का चेहरा इससे बहुत ज़्यादा नहीं मिलता',
    looksMostLike: 'चेहरा सबसे ज़्यादा {name} से मिलता है',
    nearestIs: 'सबसे क़रीब {name} हैं।',
    theseComeClosest: 'इस गैलरी में इन लोगों के चेहरे सबसे ज़्यादा मिलते हैं।',
    fromSmallPictures: 'गैलरी छोटी तस्वीरों से बनी है, इसलिए नतीजा कम सटीक है।',
    striking: 'बहुत ज़्यादा मिलता है',
    some: 'कुछ मिलता है',
    slight: 'थोड़ा मिलता है',
    little: 'बहुत कम मिलता है',
    closerThan: 'इस गैलरी की {share} अजनबी जोड़ियों से ज़्यादा मिलता है',
    closerThanAll: 'इस गैलरी की सभी अजनबी जोड़ियों से ज़्यादा मिलता है',
    cosineIs: 'कोसाइन {cosine}; एक ही तस्वीर के लिए 1 होता है',
    percent: '{share} %',
    photoCredit: 'फ़ोटो: {credit}',
    noCredit: 'बनाने वाले का नाम या लाइसेंस दर्ज नहीं है',
    detailsAbout: '{name} के बारे में विवरण',
    cosine: 'कोसाइन',
    sameFrom: 'एक ही व्यक्ति, इससे ऊपर',
    photoFile: 'फ़ोटो',
    source: 'स्रोत',
    author: 'बनाने वाले',
    licence: 'लाइसेंस',

    // ---- Networks and galleries
    sizeOwn: '{size}, आपका, केवल इस डिवाइस पर',
    sizeStored: '{size}, इस डिवाइस पर है',
    sizeToDownload: '{size} डाउनलोड होगा',
    multiplications: 'हर चेहरे पर {billions} अरब गुणा',
    multiplicationsTook: 'हर चेहरे पर {billions} अरब गुणा (पिछली बार {seconds} सेकंड लगे)',
    galleryName: {
      one: '{name}, एक व्यक्ति',
      other: '{name}, {count} लोग',
    },
    galleryNameSmall: {
      one: '{name}, एक व्यक्ति (छोटी तस्वीर से)',
      other: '{name}, {count} लोग (छोटी तस्वीरों से)',
    },
    networkUsed: 'नेटवर्क: {name}।',
    networkUsedLicence: 'नेटवर्क: {name} ({licence})।',
    galleryUsed: {
      one: 'गैलरी: {name}, एक व्यक्ति, {photos}।',
      other: 'गैलरी: {name}, {count} लोग, {photos}।',
    },
    photos: {
      one: 'एक फ़ोटो',
      other: '{count} फ़ोटो',
    },
    noPhotos: 'कोई फ़ोटो नहीं',
    adaptedFrom: 'यह गैलरी इस नेटवर्क के लिए किसी दूसरे नेटवर्क की गैलरी की छोटी तस्वीरों से बनी है, इसलिए असली फ़ोटो से बनी गैलरी से कम सटीक है।',
    adaptedUnused: {
      one: 'उनमें से एक में चेहरा नहीं मिला।',
      other: 'उनमें से {count} में चेहरा नहीं मिला।',
    },
    thisNetwork: 'यह नेटवर्क',
    networkReady: '{name} तैयार है',
    noGallery: '{name} के लिए कोई गैलरी नहीं है',
    networkKept: 'यह अगली बार के लिए इस डिवाइस पर रख लिया गया है।',
    networkNotKept: 'इसे रखने की जगह नहीं थी: अगली बार फ़ाइल फिर से देनी होगी।',
    noGalleryHere: 'इस साइट पर इसके लिए कोई गैलरी नहीं है।',
    adaptable: {
      one: 'गैलरी “{name}” दूसरे नेटवर्क से बनी है। उसकी छोटी तस्वीर को इस नेटवर्क से फिर देखा जा सकता है। यह असली फ़ोटो से बनी गैलरी से कम सटीक होगा।',
      other: 'गैलरी “{name}” दूसरे नेटवर्क से बनी है। उसकी {count} छोटी तस्वीरों को इस नेटवर्क से फिर देखा जा सकता है। यह असली फ़ोटो से बनी गैलरी से कम सटीक होगा।',
    },

    // ---- Failures: what happened, what to do
    noFace: 'कोई चेहरा नहीं मिला',
    noFaceText: 'ऐसी फ़ोटो आज़माएँ जिसमें चेहरा बड़ा हो, रोशनी अच्छी हो और चेहरा सामने की ओर हो। अगर फ़ोटो में केवल चेहरा ही है, तो पूरी तस्वीर को चेहरा मान लें।',
    noDownload: 'डाउनलोड पूरा नहीं हुआ',
    noDownloadText: 'इंटरनेट कनेक्शन देखें और फिर कोशिश करें। जितना आ चुका है, वह रखा हुआ है।',
    damagedSite: 'इस साइट की एक फ़ाइल ख़राब है',
    damagedSiteText: 'फ़ाइल वैसी नहीं है जैसी होनी चाहिए, इसलिए वह काम में नहीं ली गई। बाद में फिर कोशिश करें; अगर तब भी न चले, तो साइट चलाने वालों को बताएँ।',
    noMemory: 'मेमोरी कम है',
    noMemoryText: 'दूसरे टैब या प्रोग्राम बंद करें और फिर कोशिश करें।',
    noBrowser: 'यह ब्राउज़र ऐसा नहीं कर सकता',
    fileGone: 'एक फ़ाइल अब इस डिवाइस पर नहीं है',
    badWeights: 'ये वेट काम में नहीं लिए जा सकते',
    noMemoryWeights: 'इन वेट के लिए मेमोरी कम है',
    noMemoryWeightsText: 'दूसरे टैब या प्रोग्राम बंद करें, या फ़ाइल को tools/convert.mjs से बदलें।',
    badFile: 'यह फ़ाइल यहाँ फ़ोटो के रूप में नहीं चलती',
    damagedPhoto: 'यह फ़ोटो ख़राब है',
    damagedPhotoText: 'फ़ाइल अधूरी है या उसमें गड़बड़ी है। दूसरी फ़ोटो चुनें, या इसे तस्वीरों के किसी प्रोग्राम में फिर से सहेजें।',
    unsupportedPhoto: 'इस तरह की फ़ोटो पढ़ी नहीं जा सकती',
    unsupportedPhotoText: 'इसे साधारण JPEG या PNG के रूप में सहेजें और फिर कोशिश करें।',
    largePhoto: 'यह फ़ोटो बहुत बड़ी है',
    noMemoryPhoto: 'इस फ़ोटो के लिए मेमोरी कम है',
    noMemoryPhotoText: 'दूसरे टैब या प्रोग्राम बंद करें, या छोटी फ़ोटो चुनें।',
    noBrowserPhoto: 'यह ब्राउज़र इस फ़ोटो को पढ़ नहीं सकता',
    wrong: 'कुछ गड़बड़ हो गई',
    wrongText: 'फिर कोशिश करें। अगर इसी फ़ाइल के साथ फिर ऐसा हो, तो कृपया हमें बताएँ।',

    // ---- What can be done
    retry: 'फिर कोशिश करें',
    whole: 'पूरी तस्वीर को चेहरा मानें',
    choose: 'दूसरी फ़ोटो चुनें',
    chooseWeights: 'वेट की दूसरी फ़ाइल चुनें',
    adapt: 'छोटी तस्वीरों से काम लें',
    site: 'साइट का अपना नेटवर्क चुनें',
    back: 'इसके बिना आगे बढ़ें',
  },
  texts: {
    // ---- The files of this site
    'Presidents of the United States': 'अमेरिका के राष्ट्रपति',
    'People the network was trained on': 'वे लोग जिनसे नेटवर्क ने सीखा',
    'Portrait in front of leaves': 'पत्तों के सामने एक व्यक्ति',
    'Portrait in front of a mural': 'दीवार पर बने चित्र के सामने एक व्यक्ति',
    'Portrait in front of a brick wall': 'ईंट की दीवार के सामने एक व्यक्ति',
    'Five people on a staircase': 'सीढ़ियों पर पाँच लोग',
    'Of 720 face crops of 16 film actors, 98.1 % have the same person nearest; 78 % of pairs are accepted at 1 % false accepts':
      '16 फ़िल्मी कलाकारों के 720 चेहरों में से 98.1 % के सबसे क़रीब वही व्यक्ति निकला; जब 1 % ग़लत जोड़ियाँ मान ली जाती हैं, तब 78 % सही जोड़ियाँ मानी जाती हैं',
    'Of 720 face crops of 16 film actors, 97.9 % have the same person nearest; 63 % of pairs are accepted at 1 % false accepts':
      '16 फ़िल्मी कलाकारों के 720 चेहरों में से 97.9 % के सबसे क़रीब वही व्यक्ति निकला; जब 1 % ग़लत जोड़ियाँ मान ली जाती हैं, तब 63 % सही जोड़ियाँ मानी जाती हैं',

    // ---- Files that cannot be read (photo.js)
    'This file is empty. Choose another one.': 'यह फ़ाइल ख़ाली है। दूसरी चुनें।',
    'This is an SVG drawing, not a photo. Choose a JPEG or PNG.':
      'यह SVG चित्र है, फ़ोटो नहीं। JPEG या PNG चुनें।',
    'This is a PDF document. Save the photo in it as JPEG or PNG and choose that.':
      'यह PDF दस्तावेज़ है। उसमें की फ़ोटो को JPEG या PNG के रूप में सहेजें और उसे चुनें।',
    'This is a web page, not a photo. Save the picture itself and choose that.':
      'यह वेब पेज है, फ़ोटो नहीं। तस्वीर को ही सहेजें और उसे चुनें।',
    'This is a Git LFS pointer, a stand-in for a photo. Fetch the real file first.':
      'यह फ़ोटो नहीं, उसकी जगह रखा Git LFS का संकेत है। पहले असली फ़ाइल लाएँ।',
    'This is a video. Take a still picture from it and choose that.':
      'यह वीडियो है। उसमें से एक तस्वीर निकालें और उसे चुनें।',
    'This is a HEIC photo, which this browser cannot read. Safari can; elsewhere save it as JPEG first (on an iPhone: Settings, Camera, Formats, Most Compatible).':
      'यह HEIC फ़ोटो है, जिसे यह ब्राउज़र पढ़ नहीं सकता। Safari पढ़ सकता है; बाक़ी जगह पहले इसे JPEG के रूप में सहेजें (iPhone पर: सेटिंग्स, कैमरा, फ़ॉर्मैट, सर्वाधिक संगत)।',
    'This browser cannot read TIFF pictures. Save it as JPEG or PNG first.':
      'यह ब्राउज़र TIFF तस्वीरें पढ़ नहीं सकता। पहले इसे JPEG या PNG के रूप में सहेजें।',
    'This browser cannot read this JPEG XL picture. Save it as JPEG or PNG first.':
      'यह ब्राउज़र इस JPEG XL तस्वीर को पढ़ नहीं सकता। पहले इसे JPEG या PNG के रूप में सहेजें।',
    'This browser cannot read this AVIF picture; it may be damaged. Try a JPEG or PNG.':
      'यह ब्राउज़र इस AVIF तस्वीर को पढ़ नहीं सकता; शायद वह ख़राब है। JPEG या PNG आज़माएँ।',
    'This WebP picture is damaged. Try another one.': 'यह WebP तस्वीर ख़राब है। दूसरी आज़माएँ।',
    'This GIF picture is damaged. Try another one.': 'यह GIF तस्वीर ख़राब है। दूसरी आज़माएँ।',
    'This file is not a photo that can be read here. Choose a JPEG or PNG.':
      'यह ऐसी फ़ोटो नहीं है जिसे यहाँ पढ़ा जा सके। JPEG या PNG चुनें।',

    // ---- Where the engine's own message has no Hindi
    HUM_ERROR_BROWSER: 'इस ब्राउज़र में ज़रूरत की कोई चीज़ नहीं है या बंद है। Chrome या Edge 100, Firefox 114, Safari 16.4 या इनसे नया ब्राउज़र आज़माएँ, और पेज को https:// से खोलें। फ़ोटो के लिए JPEG या PNG चुनें।',
    HUM_ERROR_FILE: 'फ़ाइल पढ़ी नहीं जा सकी। उसे फिर से चुनें, या दूसरी फ़ाइल आज़माएँ।',
    HUM_ERROR_LIMIT: 'इसे छोटा करके सहेजें और फिर कोशिश करें।',
    HUM_ERROR_WEIGHTS: 'फ़ाइल में ऐसा नेटवर्क नहीं है जो यहाँ चल सके। कारण “विवरण” में अंग्रेज़ी में है।',
  },
};
