/** What the scripts of people.html compose in English, beside what all pages share. */

export default {
  words: {
    // ---- Collections
    keptAbout: '{people} with a name, {photos}, {size}',
    peopleCount: { one: 'one person', other: '{count} people' },
    photosCount: { one: 'one photo', other: '{count} photos' },
    keptDelete: 'Delete',
    keptDeleteSure: 'Delete {name} for good?',
    keptDeleted: '{name} was deleted.',
    keptElsewhere: 'This collection is open in another tab or window. Close it there first.',
    keptElsewhereTitle: 'Open elsewhere',
    collectionNew: 'My people',
    aboutCounts: '{photos}, {faces}, {named} with a name.',
    facesCount: { one: 'one face', other: '{count} faces' },
    notKept: 'There is no room or no permission to keep it on this device: it lasts until this page is '
      + 'closed. Save it as a file.',
    mayGo: 'The browser may remove it when the device runs out of room. Save it as a file as well.',

    // ---- Reading
    givenNoPhotos: 'There are no photos in “{name}”.',
    givenNoPhotosTitle: 'No photos in it',
    badZip: 'This zip cannot be read',
    badZipText: 'It is damaged, or no zip at all. Unpack it and choose the folder.',
    badZipEncrypted: 'It has a password. Unpack it and choose the folder.',
    badZipTooMany: 'It has more files than this page opens at a time. Unpack it and choose the folder.',
    readingOf: '{done} of {photos}, {faces}.',
    readingLeft: '{text} {left} left.',
    readingPaused: 'Paused. {text}',
    pause: 'Pause',
    goOn: 'Go on',
    readingSorting: 'Finding out who is who',
    readingOver: '{photos} looked at, {faces} found.',
    readingOverKnown: { one: 'One of them was known already.', other: '{count} of them were known already.' },
    readingOverRefused: { one: 'One could not be used.', other: '{count} could not be used.' },
    readingOverOthers: { one: 'One other file was left aside.', other: '{count} other files were left aside.' },
    refusedTitle: { one: 'One photo that could not be used', other: '{count} photos that could not be used' },
    facelessTitle: { one: 'one without a face', other: '{count} without a face' },
    refusedLine: '{file}: {reason}',

    // ---- People
    somebody: 'somebody without a name',
    showPerson: 'All photos of {name}',
    whoIsThis: 'Who is this? In {photos}.',
    showMore: { one: 'Show one more', other: 'Show {count} more' },
    onceTitle: { one: 'One face seen once', other: '{count} faces seen once' },
    asideTitle: { one: 'One person set aside', other: '{count} people set aside' },
    personTitle: '{name}, in {photos}',
    setAside: 'Set this person aside',
    takeBack: 'Take this person back',
    personRemove: 'Delete this person',
    personRemoveSure: 'Delete {name} with all faces for good? Nothing before it can be undone then.',
    personRemoved: '{name} was deleted.',
    faceIn: 'Face in {file}',
    notThisOne: 'not {name}',

    // ---- Decisions, and taking them back
    undo: 'Undo',
    undoName: 'Undo: the name {name}',
    undoMerge: 'Undo: two are one, {name}',
    undoSplit: 'Undo: faces of somebody else',
    undoMove: 'Undo: faces moved to {name}',
    undoReject: 'Undo: not {name}',
    undoAside: 'Undo: {name} set aside',
    undoBack: 'Undo: {name} taken back',
    undoApart: 'Undo: two different people',
    undoSure: 'Undo: yes, {name}',
    undone: 'Taken back.',

    // ---- Questions
    askSame: 'Are these the same person?',
    askIs: 'Is this {name}?',
    questionsLeft: { one: 'One question', other: '{count} questions, the most useful first' },
    questionsOver: 'No more questions.',

    // ---- Whole photos
    wholeFaces: 'In it: {names}.',
    wholeGone: 'To see whole photos choose the folder again: this page keeps only small pictures of '
      + 'faces. Nothing is looked at twice.',
    wholeUnseen: 'This browser cannot show the photo.',

    // ---- Uses
    usesNoName: 'First give somebody a name: only people with names go into what you make.',
    usesNamed: '{people} with names, {faces} of theirs.',
    useBoth: 'Look among them and “{gallery}” together',
    bothName: '{name}, and {gallery}',
    made: '{file} is made ({size}).',
    making: 'Making {file} ...',
    statementFirst: 'First write whose photos these are, and who agreed.',
    personsPhotos: 'Photos of {name}',
    makeFailed: 'It could not be made: {problem}',
    wrongNetwork: 'Another network',
    wrongNetworkText: 'This collection was made with the network “{network}”, which this site does not '
      + 'have here. Add that network on the first page, or make the collection anew.',

    // ---- Check
    checkFound: { one: 'One thing to look at', other: '{count} things to look at' },
    checkNothing: 'Nothing to mend was found',
    checkLabel: '{name}: this face looks more like {other}. Look who it is.',
    checkDuplicate: '{name}: the same picture twice. Leave one out.',
    checkOutlier: '{name}: this face is unlike all their others.',
    checkSingle: '{name}: only one face. People of one photo are found less.',
    checkSmall: '{name}: the face is small. Take a photo where it is larger.',
    checkBlurred: '{name}: the face is blurred. Take a sharper photo.',
    checkTurned: '{name}: the face is turned away. Take one that looks at the camera.',
    checkCut: '{name}: the face is cut off by the edge.',

    // ---- Camera
    enrolStraight: 'Look straight at the camera.',
    enrolLeft: 'Turn your head a little to one side.',
    enrolRight: 'Now to the other side.',
    enrolSmile: 'Look straight again, and smile.',
    enrolNear: 'Come a little nearer.',
    enrolDark: 'More light, please: the face is dark or blurred.',
    enrolOne: 'One person at a time.',
    enrolNobody: 'No face is seen.',
    enrolNameFirst: 'First write the name.',
    enrolTaken: { one: 'One picture is taken.', other: '{count} pictures are taken.' },
    enrolOver: '{name} is in. Who is next?',
  },
};
