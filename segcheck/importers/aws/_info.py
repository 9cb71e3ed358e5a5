"""What this importer is, and what it does not settle."""

from __future__ import annotations

from segcheck.importers._base import ImporterInfo
from segcheck.model.reading import Maturity

IMPORTER = ImporterInfo(
    format="aws",
    title="AWS VPC (answers of aws ec2 describe-*)",
    maturity=Maturity.MANUAL,
    versions="Amazon EC2 API 2016-11-15, AWS CLI 1 and 2, --output json",
    sources=(
        "VPC User Guide: network ACLs, security groups, route tables (route priority), NAT gateways, internet gateways",
        "EC2 User Guide: security group connection tracking; elastic network interfaces (source/destination check)",
        "Transit Gateway Guide: network ACLs for transit gateways, route tables; VPC Peering Guide: edge to edge routing",
        "EC2 API Reference: data types of every answer read",
    ),
    export_en=(
        "A folder with one file for each answer, of one region and account, without --filters and --max-items: aws ec2 "
        "describe-vpcs > vpcs.json, and likewise describe-subnets, describe-network-interfaces, describe-security-groups, "
        "describe-network-acls, describe-route-tables, describe-internet-gateways, describe-nat-gateways, "
        "describe-vpc-endpoints, describe-vpc-peering-connections, describe-transit-gateway-vpc-attachments, "
        "describe-transit-gateway-attachments; search-transit-gateway-routes > tgw-rtb-ID.json; "
        "get-managed-prefix-list-entries > pl-ID.json"
    ),
    export_ja=(
        "リージョン・アカウントごとに、応答を 1 ファイルずつ 1 つのフォルダーへ保存（--filters、--max-items は使わない）: "
        "aws ec2 describe-vpcs > vpcs.json、同様に describe-subnets、describe-network-interfaces、describe-security-groups、"
        "describe-network-acls、describe-route-tables、describe-internet-gateways、describe-nat-gateways、"
        "describe-vpc-endpoints、describe-vpc-peering-connections、describe-transit-gateway-vpc-attachments、"
        "describe-transit-gateway-attachments。search-transit-gateway-routes は tgw-rtb-ID.json、"
        "get-managed-prefix-list-entries は pl-ID.json の名前で保存"
    ),
    limits_en=(
        "One device for each VPC (context: its id) and each transit gateway; interfaces are subnets and gateways by their ids.",
        "A subnet whose free addresses do not account for the network interfaces told: who is in which group is unknown.",
        "An address without network interface at the time of the export neither sends nor receives; nor do those of NAT "
        "gateways, transit gateways and gateway endpoints for themselves.",
        "What --filters left out of other answers cannot be seen: export without filters.",
        "Prefix lists without entries, groups of other accounts or missing answers, groups named across VPCs: unknown.",
        "Propagated routes are those of the time of the export.",
        "Network ACLs of a NAT gateway's subnet, and of several transit gateway subnets: undecided unless they pass everything.",
        "Network and gateway load balancers may hand packets to anybody.",
        "Instances without source/destination check may send for anybody.",
        "Interface endpoints, load balancers and other managed hosts open connections of their own: declare them as hosts.",
        "Undecided: later fragments, multicast, regional NAT gateways, NAT64, Block Public Access, Network Firewall.",
        "VPC Lattice, Direct Connect gateways and what VPNs carry to each other are not in these answers.",
        "Traffic to the VPC's own addresses (resolver, router) meets no filter; the resolver asks the outside.",
    ),
    limits_ja=(
        "VPC と Transit Gateway ごとに 1 機器（コンテキストはその ID）。インターフェースはサブネットとゲートウェイの ID。",
        "空きアドレス数と一覧のネットワークインターフェースが合わないサブネットでは、誰がどのグループに属するか不明とします。",
        "出力時点でネットワークインターフェースのないアドレスは、送受信しないものとします。"
        "NAT ゲートウェイ、Transit Gateway、GWLB エンドポイント自身のアドレスも同様です。",
        "他の応答で --filters により除かれたものは検出できません。フィルターなしで出力してください。",
        "内容のないプレフィックスリスト、他アカウントや不足した応答のグループ、VPC をまたぐグループ参照は不明です。",
        "伝播されたルートは出力時点のものです。",
        "NAT ゲートウェイのサブネット、複数の Transit Gateway 用サブネットのネットワーク ACL は、全通過でない限り判定不能です。",
        "NLB・GWLB は任意の相手に渡しうるものとします。",
        "送信元/送信先チェックを外した機器は、誰の名でも送りうるものとします。",
        "インターフェースエンドポイントやロードバランサーなどのマネージドなホストは自ら通信を開くため、ホストとして宣言してください。",
        "後続フラグメント、マルチキャスト、リージョナル NAT、NAT64、Block Public Access、Network Firewall は判定不能です。",
        "VPC Lattice、Direct Connect ゲートウェイ、VPN 同士の中継はこれらの応答に含まれません。",
        "VPC 自身のアドレス（リゾルバー、ルーター）宛てはフィルターを受けず、リゾルバーは外部に問い合わせます。",
    ),
)
