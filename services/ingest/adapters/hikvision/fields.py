"""Every field name of an EventNotificationAlert that this adapter knows, whether it uses it or not.

A name that is not here is counted, so that a firmware change is seen. Misspelt names are the vendor's.
"""

from services.ingest.adapters.hikvision.words import ATTRIBUTES, IDENTIFICATION, NOTHING
from services.ingest.payload.survey import vocabulary

_NAMES = """
ANPR CRIndex CarBodyFeature CarWindowFeature DetectionRegionEntry DetectionRegionList DeviceGPSInfo Duration
DurationList EventNotificationAlert Extensions Latitude Longitude PilotRect RegionCoordinates RegionCoordinatesList
TargetRect UUID VehicelWindowRect VehicleGATInfo VehicleWindowRect VicepilotRect X Y absTime activePostCount
alarmDataType barrierGateCtrlType capturePicSecurityCode carCard channelID channelName color colorByGAT colorDepth
confidenceLevel country countryAbbreviation dangmark dataType dateTime decoration degree detectDir detectType
detectionBackgroundImageResolution detectionPictureTransType detectionPicturesNumber detectionTarget deviceID
deviceName deviceSerial deviceSerialNo deviceUUID direction dwIllegalTime dynChannelID envprosign eventDescription
eventPush eventState eventType featurePicFileName fileName ftpPath height illegalCode illegalDescription
illegalInfo illegalName index inputIOPortID ipAddress ipv6Address isDataRetransmission label laneNo latitudeType
length licenseBright licensePlate line listType longitudeType macAddress minute monitoringSiteID originalLicensePlate
pId palteTypeByGAT passCard pendant picInfo picNum picRecogMode pictureInfo pictureInfoList plateCharBelieve
plateColor plateColorByGAT plateRect plateSize plateType portNo positionX positionY protocol protocolType province
rack regionID relaLaneDirectionType relationEvent sec sensitivityLevel serialNumber sparetire speed speedLimit sunRoof
tailandStateID targetID tempPlate threeWheelVehicle tissueBox triggerTime twoWheelVehicle type vehicelRect vehicleInfo
vehicleListName vehicleLogoRecog vehicleRect vehicleType vehicleTypeByGAT vehicleUseType vehileModel
vehileSubLogoRecog width words x y
"""
_OF_FACES = """
Face FacePictureRect FaceRect Rect URL ActivePost alarmTemperature bkgUrl cameraIndexCode captureEndMark
captureLibResult contentID deviceChannel deviceId deviceIndexCode errorCode faceCapture faceId faceRect
faceScore faceSnap faceSnapThermometryEnabled faceTime faces image imageServerCode picServerIndexCode
pupilDistance recommendFaceRect rect alarmResult CaptureResult stayDuration swingAngle targetAttrs
thermometryUnit tiltAngle totalScore enable traceIdx traceUuid uid
"""
_OF_COUNTS = """
peopleCounting statisticalMethods RealTime TimeRange time startTime endTime enter exit pass regionsID
"""
VOCABULARY = vocabulary(
    _NAMES + _OF_FACES + _OF_COUNTS, attributes=ATTRIBUTES, identification=IDENTIFICATION, nothing=NOTHING
)
