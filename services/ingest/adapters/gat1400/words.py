"""The codes and names of GA/T 1400.3 that are read, and what of its objects may not be kept.

Of a person or a face only where and when it was seen is kept: a name that is not listed here counts as unknown, one
that says something of the person is dropped and counted.
"""

from rasid.contract.detections import ImageKind
from services.ingest.payload.survey import vocabulary

# ColorType. 13 is transparent, 99 other.
COLORS = {
    "1": "black",
    "2": "white",
    "3": "gray",
    "4": "red",
    "5": "blue",
    "6": "yellow",
    "7": "orange",
    "8": "brown",
    "9": "green",
    "10": "purple",
    "11": "cyan",
    "12": "pink",
}
# HDirectionType: from where to where, as degrees from north. 9 is other.
HEADINGS = {"1": 90.0, "2": 270.0, "3": 180.0, "4": 0.0, "5": 45.0, "6": 225.0, "7": 135.0, "8": 315.0}
# VehicleClass (GA/T 16.4), by its beginning; only what leaves no doubt.
VEHICLE_KINDS = {
    "K33": "car",
    "K43": "car",
    "K32": "suv",
    "K42": "suv",
    "K1": "bus",
    "K2": "bus",
    "H": "truck",
    "Q": "truck",
    "B": "trailer",
    "G": "trailer",
    "M1": "three_wheeler",
    "M2": "motorcycle",
    "N": "three_wheeler",
    "T": "tractor",
}
# ImageType of a sub-image. Those of the faces of driver and co-driver are not kept.
PICTURES: dict[str, ImageKind] = {
    "01": "overview",
    "02": "plate",
    "03": "plate",
    "06": "vehicle",
    "07": "overview",
    "08": "overview",
    "09": "vehicle",
    "10": "person",
    "11": "face",
    "12": "vehicle",
    "13": "overview",
    "14": "overview",
    "100": "overview",
}
PICTURES_OF_OCCUPANTS = frozenset({"04", "05"})
# Sub-images that show the whole scene: pixels of an object are pixels of one of these.
SCENES = frozenset({"01", "14"})

# A plate nobody could read at all; single characters that could not be read are written as "-".
UNREAD = "-"

_COMMON = """
InfoKind SourceID DeviceID LeftTopX LeftTopY RightBtmX RightBtmY SubImageList SubImageInfoObject ImageID OriginImageID
EventSort ShotTime StoragePath Type FileFormat Width Height Data ImageSource FeatureList FeatureInfoObject
FeatureInfo Vendor AlgorithmVersion FeatureData RelatedList RelatedType TabID Longitude Latitude resJson ResJson
LocationMarkTime MarkTime StorageURL StorageUrl
"""
_VEHICLE = """
MotorVehicleID NonMotorVehicleID TollgateID StorageUrl1 StorageUrl2 StorageUrl3 StorageUrl4 StorageUrl5 AppearTime
DisappearTime DisAppearTime LaneNo HasPlate PlateClass PlateColor PlateNo PlateNoAttach PlateDescribe IsDecked IsAltered
IsCovered Speed Direction DrivingStatusCode UsingPropertiesCode VehicleClass VehicleBrand VehicleModel VehicleStyles
VehicleType VehicleLength VehicleWidth VehicleHeight VehicleColor VehicleColorDepth VehicleHood VehicleTrunk
VehicleWheel WheelPrintedPattern VehicleWindow VehicleRoof VehicleDoor SideOfVehicle CarOfVehicle RearviewMirror
VehicleChassis VehicleShielding FilmColor IsModified HitMarkInfo VehicleBodyDesc VehicleFrontItem DescOfFrontItem
VehicleRearItem DescOfRearItem PassTime NameOfPassedRoad IsSuspicious PlateReliability PlateCharReliability
BrandReliability InOut
AnnualInspectionNum MarkerType VehicleHeadend PendantsNum OrnamentsNum TissueBoxNum SpecialCar BreakRuleMode TraceInfo
NonmotorAngle MoveDirection CyclingType NationalityCode ParkingInOutType
"""
_PERSON = """
PersonID FaceID PersonAppearTime PersonDisAppearTime FaceAppearTime FaceDisAppearTime IsDriver
"""
_ATTRIBUTES = """
Sunvisor SafetyBelt Calling NumOfPassenger ShieldFace Ethnic IllageBehavior PersonInfoList GenderCode AgeUpLimit
AgeLowerLimit EthicCode EthnicCode NativeCityCode ResidenceAdminDivision ChineseAccentCode PersonOrg JobCategory
AccompanyNumber HeightUpLimit HeightLowerLimit BodyType SkinColor HairStyle HairColor Gesture Status FaceStyle
FacialFeature PhysicalFeature BodyFeature HabitualMovement Behavior BehaviorDescription Appendant AppendantDescription
UmbrellaColor RespiratorColor CapStyle CapColor GlassStyle GlassColor ScarfColor BagStyle BagColor CoatStyle CoatLength
CoatColor TrousersStyle TrousersColor TrousersLen ShoesStyle ShoesColor IsForeigner PassportType ImmigrantTypeCode
IsSuspectedTerrorist IsCriminalInvolved CriminalInvolvedSpecilisationCode BodySpeciallMark CrimeMethod
CrimeCharacterCode IsDetainees DetentionHouseCode DetaineesIdentity DetaineesSpecialIdentity MemberTypeCode IsVictim
VictimType InjuredDegree CorpseConditionCode IsSuspiciousPerson Attitude EyebrowStyle NoseStyle MustacheStyle LipStyle
WrinklePouch AcneStain FreckleBirthmark ScarDimple OtherFeature Race Emotion Mask
"""
_IDENTIFICATION = """
IDType IDNumber Name UsedName Alias SuspectedTerroristNumber EscapedCriminalNumber Similaritydegree SimilarityDegree
DriverFaceID CopilotFaceID
"""
VOCABULARY = vocabulary(f"{_COMMON} {_VEHICLE} {_PERSON}", attributes=_ATTRIBUTES, identification=_IDENTIFICATION)
