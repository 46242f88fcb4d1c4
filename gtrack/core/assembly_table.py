"""Assemblies that gtrack knows: UCSC's id, species, other names, and lengths of chromosomes.

Enough chromosomes to tell an assembly from another of its species; none where none are known here.
The lengths are those of UCSC's chrom.sizes, of TAIR10 those of its release.
"""

from __future__ import annotations

TABLE = """
hg38; Homo sapiens; GRCh38, hs38, hs38DH, b38, hg38_1kg; chr1=248956422 chr2=242193529 \
chr3=198295559 chr4=190214555 chr5=181538259 chr6=170805979 chr7=159345973 chr8=145138636 \
chr9=138394717 chr10=133797422 chr11=135086622 chr12=133275309 chr13=114364328 chr14=107043718 \
chr15=101991189 chr16=90338345 chr17=83257441 chr18=80373285 chr19=58617616 chr20=64444167 \
chr21=46709983 chr22=50818468 chrX=156040895 chrY=57227415
hg19; Homo sapiens; GRCh37, hs37, hs37d5, b37, human_g1k_v37, 1kg_v37; chr1=249250621 \
chr2=243199373 chr10=135534747 chr21=48129895 chr22=51304566 chrX=155270560
hg18; Homo sapiens; NCBI36, b36; chr1=247249719 chr22=49691432 chrX=154913754
hs1; Homo sapiens; T2T-CHM13v2.0, T2T-CHM13, CHM13v2.0, CHM13v2, CHM13; chr1=248387328 \
chr2=242696752 chr10=134758134 chr21=45090682 chr22=51324926 chrX=154259566 chrY=62460029
mm39; Mus musculus; GRCm39; chr1=195154279 chr2=181755017 chr10=130530862 chr19=61420004 \
chrX=169476592 chrY=91455967
mm10; Mus musculus; GRCm38; chr1=195471971 chr2=182113224 chr19=61431566 chrX=171031299
mm9; Mus musculus; NCBIM37, MGSCv37; chr1=197195432 chr2=181748087 chr19=61342430 \
chrX=166650296
rn7; Rattus norvegicus; mRatBN7.2; chr1=260522016 chr2=249053267 chrX=152453651
rn6; Rattus norvegicus; Rnor_6.0; chr1=282763074 chr2=266435125 chr20=56205956 chrX=159970021
danRer11; Danio rerio; GRCz11; chr1=59578282 chr2=59640629 chr25=37502051
danRer10; Danio rerio; GRCz10; chr1=58871917 chr2=59543403
dm6; Drosophila melanogaster; BDGP6; chr2L=23513712 chr2R=25286936 chr3L=28110227 chr4=1348131 \
chrX=23542271
dm3; Drosophila melanogaster; BDGP5; chr2L=23011544 chr2R=21146708 chr3L=24543557 chrX=22422827
ce11; Caenorhabditis elegans; WBcel235; chrI=15072434 chrX=17718942
ce10; Caenorhabditis elegans; WS220; chrI=15072423 chrX=17718866
sacCer3; Saccharomyces cerevisiae; R64, R64-1-1, S288C; chrI=230218 chrII=813184 chrIV=1531933 \
chrX=745751 chrXVI=948066
GCF_000001735.4; Arabidopsis thaliana; TAIR10, TAIR10.1, araTha1; 1=30427671 2=19698289 \
3=23459830 4=18585056 5=26975502
galGal6; Gallus gallus; GRCg6a; chr1=197608386 chr2=149682049
galGal5; Gallus gallus; Gallus_gallus-5.0; chr1=196202544 chr2=149560735
xenTro10; Xenopus tropicalis; UCB_Xtro_10.0; chr1=217471166 chr2=181034961
xenLae2; Xenopus laevis; Xenopus_laevis_v2;
rheMac10; Macaca mulatta; Mmul_10; chr1=223616942 chr2=196197964
rheMac8; Macaca mulatta; Mmul_8.0.1; chr1=225584828 chr2=204787373
panTro6; Pan troglodytes; Clint_PTRv2; chr1=224244399
panTro5; Pan troglodytes; Pan_tro_3.0; chr1=228573443 chr3=202621043
bosTau9; Bos taurus; ARS-UCD1.2; chr1=158534110 chr2=136231102
susScr11; Sus scrofa; Sscrofa11.1; chr1=274330532 chr2=151935994
canFam3; Canis familiaris; CanFam3.1; chr1=122678785 chr2=85426708
oviAri4; Ovis aries; Oar_v4.0;
equCab3; Equus caballus; EquCab3.0;
felCat9; Felis catus; Felis_catus_9.0;
wuhCor1; SARS-CoV-2; ASM985889v3; NC_045512v2=29903 NC_045512.2=29903 MN908947.3=29903
"""
"""A line an assembly: id; species; other names; lengths in bp."""
