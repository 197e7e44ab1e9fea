"""ONVIF's vocabulary and its makers': which words mean what. What is not listed is kept raw, never guessed."""

from rasid.contract.detections import Direction, ImageKind, ObjectClass
from services.ingest.payload.survey import vocabulary

DIRECTIONS: dict[str, Direction] = {
    "approaching": "approaching",
    "approach": "approaching",
    "towards": "approaching",
    "departing": "departing",
    "leave": "departing",
    "away": "departing",
    "forward": "forward",
    "reverse": "backward",
    "backward": "backward",
}
LISTS = {
    "allow": "allow",
    "allowlist": "allow",
    "whitelist": "allow",
    "block": "block",
    "blocklist": "block",
    "blacklist": "block",
}
PICTURES: dict[ObjectClass, ImageKind] = {"person": "person", "face": "face", "vehicle": "vehicle", "plate": "plate"}

NOTHING = frozenset({"", "unknown", "undefined", "none", "null", "n/a", "-", "--"})


def meaningful(word: str | None) -> str | None:
    """A word of the device, or None where it stands for nothing."""
    # What a template was never filled with (`##CameraStreamId##`) is nothing either.
    return None if word is None or word.lower() in NOTHING or word.startswith("##") else word


# A name that is not here is counted, so that a firmware change is seen. Misspelt ones have been published.
VOCABULARY = vocabulary(
    """
    #text @AzimuthAngle @Cells @Color @Colorspace @Columns @Dialect @Distance @ElevationAngle @Enter @IsAbsolute
    @Likelihood @Name @ObjectId @Operation @Parent @PropertyOperation @Rows @SensorID @Source @SourceStreamID @UUID
    @UtcTime @Value @X @XX @XY @XZ @Y @YY @YZ @Z @ZZ @alt @bottom @context @elevation @lat @left @lon @pitch @right
    @roll @space @top @x @y @yaw @schemaLocation
    Action Address Appearance Authority Behaviour Body BoundingBox Brand CenterOfGravity Class ClassCandidate
    ClassTypes Color ColorCluster ColorName Country CountryCode Covariance CurrentTime Data Delete Direction Distance
    ElementItem Envelope Error Event Extension Frame GeoLocation Header ID Idle Image ImageRef IssuingEntity Item Key
    Label LicensePlateInfo Likelihood Merge Message MetadataStream MetaDataStream Metadata Model MotionInCells
    MoveStatus NotficationMessage NotificationMessage Notify Object ObjectTree OtherTypes PTZ PTZStatus PanTilt
    PlateNumber PlateType Point Polygon Position PositionAbsolute ProducerReference PullMessagesResponse
    ReferenceParameters Removed Rename SceneImage SceneImageRef Scale SensorData Shape SimpleItem Source Speed
    SphericalCoordinate Split SubscriptionReference TerminationTime Topic Transformation Translate Type UtcTime Value
    VehicleInfo VideoAnalytics Weight Zoom from to Size
    @bold @color @displayedThicknessInPixels @fontFamily @italic @name @size BoundingBoxAppearance Description Fill Line
    Properties Property
    """,
    attributes="HumanFace HumanBody HumanInfo",
    identification="EnrollmentID EnrollmentId RefImageUri RefImageURI PersonName PersonID FaceName Similarity",
)
