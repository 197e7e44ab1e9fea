"""Every field name of Dahua's events that this adapter knows, whether it uses it or not; others are counted."""

from services.ingest.adapters.dahua.words import ATTRIBUTES, IDENTIFICATION, NOTHING
from services.ingest.payload.survey import vocabulary

_NAMES = """
AccurateTime Action Active AllowUser AllowUserEndTime Altitude AxleCount Background BackPlateColor BackPlateNumber
BelongID BlockUser BlockUserEndTime BoundingBox BrandYearText CarLogoIndex CarSeries CarSeriesIndex CartPosX CartPosY
CarType CarWeightInfo Category Center CfgRuleId Channel Class Code Color CommInfo Confidence Content CoordinateX
CoordinateY CountInGroup Country CreateTime CustomFlowDirection CustomRoadwayDirection CustomSeq CutoutPic Data
DefenceCode DetectLine DetectRegion DeviceAddress DeviceID Direction DirectionName directionRun DrivingDirection
DSTTune Entered EnteredSubtotal Event EventBaseInfo EventID EventNo EventSeq Exited ExitedSubtotal Extra ExtraPlates
Face FaceData Faces FeatureValid FlowDirection FrameSequence FrontPlateColor FrontPlateNumber FusionInfo GPS GPSInfo
GpsPostion GpsPosValid GPSStatus GroupID HumamID HumanID humanNum Id id Image ImageInfo Index IndexInGroup
InsideSubtotal IsExist JunctionDirection Lane LanNo Latitude Length LightState LocaleTime Longitude LowerSpeedLimit
MachineAddress MachineGroup MachineName MainColor ManNum Mark Name noMotorTripLineDirection NonMotor NonMotorColor
NormalPic Number NumOfCycling object Object ObjectID Objects ObjectSource ObjectType Offset OpenStrobe OpenStrobeState
OriginalBoundingBox OverSpeedMargin PhysicalLane PicInfo PicName Picture Plate PlateColor PlateInfo PlateNumber
PlateType PTS RadarCoorXyValid RadarInfo RadarSpeedSetTime RadarSpeedSourceTime RealUTC RecNo Rect RedLightUTC Region
RegionName RelativeID RemoteSnap RiderList RoadwayNo RoadwayNumber RouteNo RuleID RuleId Sequence SerialUUID ShotFrame
SID SnapCategory SnapInfo SnapTime Source Speed SpeedLimit SpeedTypeInternal SpeedValid SpeedX SpeedY
StandardVehicleType State Status Text TextSource TimeZone Track TrackType TrafficCar TriggerOccur TriggerSource
TriggerType Type UnderSpeedMargin UploadNum UpperSpeedLimit UTC UTCMS Vehicle VehicleBoundingBox VehicleColor
VehicleColorRGB VehicleDirection VehicleID VehiclePic VehicleSeries VehicleSign VehicleSize VehicleType
VehicleTypeByFunc ViolationCode ViolationDesc ViolationName ViolationSnapSource VsfGrpIdx
"""
_NEWER = " HumanRect EventUUIDStr WithSnap EventUUID PictureType Time Events ObjectUUID humanTripLineDirection"
VOCABULARY = vocabulary(_NAMES + _NEWER, attributes=ATTRIBUTES, identification=IDENTIFICATION, nothing=NOTHING)
