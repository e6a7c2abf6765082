/**
 * What scripts compose in English. The fixed text is in the HTML, and what files and the
 * engine say is there; so `texts` is empty here.
 */

export default {
  words: {
    language: 'Language',
    languageMissing: 'The page could not change to {name}. Check the connection and try again.',

    // ---- Choosing a photo
    downloadReady: 'Ready: everything it needs is stored on this device.',
    downloadNotKept: 'Ready. There was no room to keep it on this device, so the next visit downloads '
      + 'it again.',
    downloadAll: 'The first photo starts a one-time download of {size}.',
    downloadRest: 'The first photo starts a one-time download of {size} (the rest is stored '
      + 'already).',
    downloadBetter: 'A closer look follows, with {size} more.',
    comparedWith: 'You are compared with: {gallery}.',
    megabytes: '{size} MB',
    yourPhoto: 'Your photo',
    facesFound: {
      one: 'One face found.',
      other: '{count} faces found. The marked one is looked at; choose another in the photo.',
    },
    noFaceFound: 'No face was found.',
    faceOf: 'Face {number} of {count}',
    earlierOne: 'Back to the photo for which {name} came first',
    faceDoubtful: 'The marked place may not be a face at all.',
    faceCut: 'The edge of the photo cuts this face: only about {share} of it can be seen, so take the '
      + 'result with a pinch of salt.',
    shrunk: 'The photo was scaled down from {fromWidth} × {fromHeight} to {width} × {height} '
      + 'pixels first.',
    givenFolder: 'That was a folder. Choose a single photo.',
    givenNothing: 'There was no photo in that. Copy or drop a picture file.',
    givenAddress: 'That was the address of a picture on another site, and this page fetches '
      + 'nothing from elsewhere. Save the picture first, then choose it.',

    // ---- Several photos, several faces
    photoOf: 'Photo {number} of {count}',
    severalTitle: '{count} photos, taken together as one person’s',
    severalUsed: '{used} of {count} photos are used.',
    severalUnseen: {
      one: 'One more was left aside.',
      other: '{count} more were left aside.',
    },
    peopleSeen: 'We see {count} people in these photos. Which one is meant?',
    personSeen: {
      one: 'Person {number}, in one photo',
      other: 'Person {number}, in {count} photos',
    },
    severalUnjudged: 'How alike photos of one person are for this network is not known, so a '
      + 'photo of somebody else would not be noticed.',
    severalLead: 'The photo that counts most.',
    severalCounts: 'Used, counts {share} %',
    leftOther: 'Left out: it seems to show somebody else',
    leftNoFace: 'Left out: no face was found',
    leftUnreadable: 'Left out: it cannot be read',
    leftOff: 'Left out by you',
    steadyAll: 'The result is steady: all of these people stay, whichever photo is left out.',
    steadySome: '{stay} of these {of} people stay, whichever photo is left out.',
    steadyNone: 'The result is not steady: none of these people stays, whichever photo is '
      + 'left out.',
    steadyUnknown: 'From one photo alone it cannot be told how steady the result is.',
    noFaceInAny: 'There is none in any of these photos. Try photos where the face is larger, '
      + 'in good light and not turned away.',
    everyoneFound: {
      one: 'One face, with the person who looks most like it.',
      other: '{count} faces, each with the person who looks most like it.',
    },
    seeAllFiveOf: 'See all five for face {number}, {name} first',

    // ---- Why
    why: 'Why?',
    whyTitle: 'Why {name}?',
    blendOf: '{share} % {name}',
    whyStep: 'Place {number} of {count}',
    whyStopped: 'Stopped at place {number} of {count}',
    whyFailed: 'It could not be found out.',
    whyStop: 'Stop',
    whyGoOn: 'Go on',
    whyMostly: 'Mostly: {parts}. Covering these lowers the similarity most.',
    whyAll: 'No part stands out: covering any of several lowers the similarity about alike.',
    whyNone: 'No place matters much by itself: whichever is covered, the similarity stays '
      + 'about the same.',
    whyElsewhere: 'The place that matters most is on no part that has a name here: see the '
      + 'picture.',
    whyAgainst: 'Covered, these make the two more alike: {parts}.',
    whyEarly: 'Not all places were tried.',
    whyUnknown: 'Where the parts of the face are could not be found in this crop, so only the '
      + 'picture tells.',
    whyCosine: 'Uncovered, the cosine is {cosine}. With a patch on a part it changes by:',
    partForehead: 'forehead and hairline',
    partEyes: 'eyes',
    partNose: 'nose',
    partCheeks: 'cheeks',
    partMouth: 'mouth',
    partChin: 'chin',
    partEdges: 'hair and background',

    // ---- Camera
    cameraAsking: 'Your browser asks whether this page may use the camera. Allow it to go on.',
    cameraHint: 'Look straight into the camera, with the light in front of you and your face '
      + 'in the outline.',
    cameraCount: {
      one: 'The photo is taken in one second.',
      other: 'The photo is taken in {count} seconds.',
    },
    cameraRefused: 'This page may not use the camera. Allow it in the settings for this site, '
      + 'behind the sign beside the address, and try again; or choose a photo instead.',
    cameraNone: 'No camera was found. Connect one and try again, or choose a photo instead.',
    cameraBusy: 'The camera is used by another program or page, or is switched off. Close the '
      + 'other one and try again, or choose a photo instead.',
    cameraEnded: 'The camera was switched off or taken away. Switch it on and try again.',
    cameraInsecure: 'Browsers lend the camera only to pages that come over https. Open this '
      + 'page at an address that begins with https:, or choose a photo instead.',
    cameraUnknown: 'The camera cannot be used here. Try again, or choose a photo instead.',

    // ---- The picture and the link to share
    cardShows: 'A picture with these names and their scores: {names}',
    cardNote: 'Looks only, found on the device. Similarity is not identity.',
    cardSaved: 'The picture is saved.',
    cardAltered: 'This browser alters the pixels that pages read (a protection against '
      + 'tracking), so the picture cannot be saved from here. A screenshot can.',
    cardCopied: 'The picture is copied.',
    cardLinkCopied: 'The link is copied.',
    cardFailed: 'That did not work here ({problem}). Try another way.',
    sharedScore: '(cosine {cosine}, closer than {share} of strangers)',
    badLink: 'This link is damaged',
    badLinkText: 'It should bring along the names and scores of a result, but does not. Ask for '
      + 'a new one, or try a photo of your own.',

    // ---- What went over the network
    trafficNone: 'Since it was ready: 0 requests, 0 bytes sent.',
    trafficSome: {
      one: 'Since it was ready: one request for a file of this site, {sent} bytes sent (its '
        + 'address), {received} received.',
      other: 'Since it was ready: {count} requests for files of this site, {sent} bytes sent '
        + '(their addresses), {received} received.',
    },
    trafficRefused: {
      one: 'One request was stopped.',
      other: '{count} requests were stopped.',
    },
    trafficUnguarded: 'The service worker that would stop anything else could not start '
      + '(private windows do not let it).',
    trafficUnguardedLate: 'The service worker that would stop anything else has not started.',

    // ---- privacy.html
    wipedNothing: 'There was nothing to remove.',
    wipedFiles: {
      one: 'Removed: one file, {size}.',
      other: 'Removed: {count} files, {size}.',
    },
    wipedSettings: {
      one: 'One setting.',
      other: '{count} settings.',
    },
    wipedPeople: 'Your own people, with all names and faces.',
    wipedWorker: 'The service worker, as soon as the last tab of this site is closed.',
    wipeFailed: 'Not everything could be removed ({problem}). The browser’s settings can do it: '
      + 'look for “site data”.',

    // ---- Progress
    oneMoment: 'One moment',
    gettingReady: 'Getting ready',
    converting: 'Converting your weights',
    adapting: 'Making the gallery fit',
    looking: 'Looking at the photo',
    starting: 'Starting {name}',
    convertingShare: '{file}: {share} %, on this device',
    pictureOf: 'Picture {number} of {count}',
    megabytesOf: '{loaded} of {total} MB',
    megabytesLeft: '{done}, {left} left',
    secondsAbout: {
      one: 'about one second',
      other: 'about {count} seconds',
    },
    minutesAbout: {
      one: 'about one minute',
      other: 'about {count} minutes',
    },

    // ---- A closer look
    refineAsked: 'First names, from the fast network. A closer look needs {size} more.',
    refineGoing: 'First names. A closer look is on its way: {progress}.',
    refineStarting: 'First names. A closer look is about to begin.',
    refineFailed: 'First names, from the fast network. The accurate one did not arrive.',
    refineGo: 'Look again, more closely',
    refinedSame: 'Looked again, more closely: {name} stays first, and the others are the same.',
    refinedOthers: {
      one: 'Looked again, more closely: {name} stays first; one of the others is new.',
      other: 'Looked again, more closely: {name} stays first; {count} of the others are new.',
    },
    refinedFirst: 'Looked again, more closely: now {name} comes first; before, it was {old}.',
    refinedNoFace: 'Looked again, more closely: the same people.',
    refinedFaces: {
      one: 'Looked again, more closely: one of {all} faces has another person now.',
      other: 'Looked again, more closely: {count} of {all} faces have other people now.',
    },

    // ---- Results
    galleryEmpty: 'The gallery is empty',
    galleryEmptyText: 'Load a gallery with people in it.',
    closest: 'Closest: {name}, but not very alike',
    looksMostLike: 'Looks most like {name}',
    onlyNearest: 'Nobody in this gallery is a look-alike. These five come closest.',
    theseComeClosest: 'These are the people of this gallery who come closest.',
    fromSmallPictures: 'It was made from small pictures, which is less accurate.',
    striking: 'Striking resemblance',
    some: 'Some resemblance',
    slight: 'Slight resemblance',
    little: 'Little resemblance',
    closerThan: 'Closer than {share} of strangers',
    closerThanTerm: 'Closer than',
    ofStrangers: '{share} of strangers',
    othersNearerTerm: 'Would find somebody nearer here',
    ofOthers: 'about {count} of 100 others',
    cosineIs: 'Cosine {cosine}, where 1 is the same picture',
    percent: '{share}\u00a0%', // never in two lines
    photoCredit: 'Photo: {credit}',
    noCredit: 'no author or licence recorded',
    detailsAbout: 'Details about {name}',
    cosine: 'Cosine',
    sameFrom: 'Same person from',
    photoFile: 'Photo',
    source: 'Source',
    author: 'Author',
    licence: 'Licence',

    // ---- Two photos
    pairSame: 'These could be two photos of one person',
    pairOther: 'These are probably two different people',
    pairUnknown: 'Their cosine is {cosine}',
    pairUnknownText: 'Where photos of one person begin has not been measured for this network, so '
      + 'the page does not judge.',
    pairLevel: 'The cosine of the two faces is {cosine}; the page says “could be” from {level} on.',
    pairLevelRate: 'The cosine of the two faces is {cosine}; the page says “could be” from {level} '
      + 'on. About {rate} of the pairs of different people reach that level as well.',
    pairMeasured: 'Measured on {measured}: of the pairs of different people, {other} are at least '
      + 'as alike as these two faces; of the pairs of photos of one person, {same}.',
    lessThan: 'less than {share}',
    about: 'about {share}',
    thesePhotos: 'these two: {cosine}',
    faceNumber: 'Face {number}',
    familyPair: '{a} and {b}: {share} of the pairs of different people are at least as alike '
      + '(cosine {cosine})',
    familyPairOnly: '{a} and {b}: cosine {cosine}',
    familyChance: {
      one: 'Where one pair of strangers is looked at, it is as alike in {share} of cases.',
      other: 'Among {count} pairs one is always the strongest: of as many pairs of strangers one '
        + 'is as alike in {share} of cases.',
    },
    facesLeft: {
      one: 'One more face was left out; the table would be too large.',
      other: '{count} more faces were left out; the table would be too large.',
    },
    faceless: {
      one: 'In one of the added photos no face was found.',
      other: 'In {count} of the added photos no face was found.',
    },
    weightsElsewhere: 'Those are weights of a network. Drop them on the page of look-alikes; they '
      + 'are used here as well then.',

    // ---- Networks and galleries
    accurate: 'Accurate',
    fast: 'Fast',
    sizeOwn: '{size}, yours, on this device only',
    sizeStored: '{size}, on this device',
    sizeToDownload: '{size} to download',
    multiplications: '{billions} billion multiplications a face',
    multiplicationsTook: '{billions} billion multiplications a face (the last took {seconds} s)',
    galleryName: {
      one: '{name}, one person',
      other: '{name}, {count} people',
    },
    galleryNameSmall: {
      one: '{name}, one person (from small pictures)',
      other: '{name}, {count} people (from small pictures)',
    },
    networkUsed: 'Network: {name}.',
    networkUsedLicence: 'Network: {name} ({licence}).',
    galleryUsed: {
      one: 'Gallery: {name}, one person, {photos}.',
      other: 'Gallery: {name}, {count} people, {photos}.',
    },
    photos: {
      one: 'one photo',
      other: '{count} photos',
    },
    noPhotos: 'no photos',
    adaptedFrom: 'It was made for this network from the small pictures of a gallery for '
      + 'another one, which is less accurate than photos.',
    adaptedUnused: {
      one: 'In one of them no face was found.',
      other: 'In {count} of them no face was found.',
    },
    thisNetwork: 'This network',
    networkReady: '{name} is ready',
    noGallery: 'There is no gallery for {name}',
    networkKept: 'It is kept on this device for your next visit.',
    networkNotKept: 'There was no room to keep it: next time you would have to give it again.',
    noGalleryHere: 'This site has no gallery for it.',
    adaptable: {
      one: 'The gallery “{name}” was made with another network. The small picture in it can '
        + 'be looked at again with this one. That is less accurate than a gallery made from '
        + 'the photo itself.',
      other: 'The gallery “{name}” was made with another network. The {count} small pictures '
        + 'in it can be looked at again with this one. That is less accurate than a gallery '
        + 'made from the photos themselves.',
    },

    // ---- Failures: what happened, what to do
    noFace: 'No face found',
    noFaceText: 'Try a photo where the face is larger, in good light and not turned away. If '
      + 'the photo shows nothing but a face, use the whole picture.',
    noDownload: 'The download did not finish',
    noDownloadText: 'Check the connection and try again. What has arrived is kept.',
    damagedSite: 'A file of this site is damaged',
    damagedSiteText: 'It is not what it should be, so it is not used. Try again later; if '
      + 'that does not help, tell whoever runs this site.',
    noMemory: 'Not enough memory',
    noMemoryText: 'Close other tabs or programs and try again.',
    noBrowser: 'This browser cannot do it',
    fileGone: 'A file is gone from this device',
    badWeights: 'These weights cannot be used',
    noMemoryWeights: 'Not enough memory for these weights',
    noMemoryWeightsText: 'Close other tabs or programs, or convert the file with '
      + 'tools/convert.mjs.',
    arrived: 'A picture was sent to this page',
    arrivedText: 'Another page or application sent it. If that was you, look at it; if not, go on without it. '
      + 'It is only here, on this device.',
    arrivedTake: 'Look at it',
    sharedLost: 'What was shared with this page is not there any more. Share it again, or choose it here.',
    sampleMissing: 'This sample photo could not be loaded. Check the connection and try it again.',
    badFile: 'This file is not a photo that works here',
    damagedPhoto: 'This photo is damaged',
    damagedPhotoText: 'The file ends too early or has errors in it. Choose another photo, or '
      + 'save this one again in a picture program.',
    unsupportedPhoto: 'This kind of photo cannot be read',
    unsupportedPhotoText: 'Save it as an ordinary JPEG or PNG and try again.',
    largePhoto: 'This photo is too large',
    noMemoryPhoto: 'Not enough memory for this photo',
    noMemoryPhotoText: 'Close other tabs or programs, or choose a smaller photo.',
    noBrowserPhoto: 'This browser cannot read this photo',
    badGallery: 'This gallery cannot be used here',
    badGalleryText: 'It is damaged, or made with a network that this site does not have. Ask whoever made it '
      + 'for a new one.',
    wrong: 'Something went wrong',
    wrongText: 'Try again. If it happens again with the same file, please report it.',

    // ---- What can be done
    retry: 'Try again',
    whole: 'Use the whole picture as the face',
    choose: 'Choose another photo',
    chooseWeights: 'Choose another weights file',
    adapt: 'Use the small pictures',
    useStored: 'Use the network that is on this device',
    site: 'Use the site’s own network',
    backToResult: 'Back to the result',
    back: 'Go on without it',
  },
  texts: {},
};
